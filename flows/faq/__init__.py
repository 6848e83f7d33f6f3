"""Find the answer to a question that somebody asks in the middle, by its words; nothing leaves the program for it.

A word weighs the more, the fewer entries use it; small words weigh little, and a slip of the pen counts as the word that
is nearest. An entry is found only when it is clear of the second one, and only in what looks like a question.
"""

from flows.faq.finder import Asked, Entry, Faq, is_question
from flows.faq.reading import PLACEHOLDERS, read_faq

__all__ = ["PLACEHOLDERS", "Asked", "Entry", "Faq", "is_question", "read_faq"]
