"""Turn a reply, as phones and people write it, into plain words that still know where they came from."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final

#: No more of a reply is read: a text message of six parts; bounds the work of every reader.
MAX_CHARS: Final = 1_000

_STRAIGHT: Final = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛ʼ´`′＇", "'"),  # noqa: RUF001  # told apart on purpose
        **dict.fromkeys("“”„‟«»″＂", '"'),  # noqa: RUF001
        **dict.fromkeys("‐‑‒–—―−﹘﹣－⁃", "-"),  # noqa: RUF001
        "⁄": "/",  # noqa: RUF001
        "：": ":",  # noqa: RUF001
        "…": ".",
        "¿": " ",
        "¡": " ",
    }
)
#: Pictures that are an answer by themselves; all others become a space.
_SPEAKING_PICTURES: Final = {
    **dict.fromkeys("👍👌✅✔☑🆗💯🙌🤝🫡", " yes. "),
    **dict.fromkeys("👎❌✖🚫🙅", " no. "),
    "🛑": " stop. ",
}
_WORD: Final = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
#: Signs of ASCII, single spaces between them alone.
_IS_PLAIN: Final = re.compile(r"(?:[!-~]+(?: [!-~]+)*)?")
_OWN_PLACES: Final = tuple((place, place + 1) for place in range(MAX_CHARS))


def listed(*lines: str) -> tuple[str, ...]:
    """Split lines of words and phrases at their bars: vocabularies stay readable."""
    return tuple(entry for line in lines for entry in line.split("|"))


#: A phrase, word by word.
Phrase = tuple[str, ...]
#: No phrase that is dropped around an answer is longer.
_MOST_WORDS: Final = 6
_LENGTHS: Final = range(_MOST_WORDS, 0, -1)


def phrases(*lines: str) -> frozenset[Phrase]:
    """Split lines of phrases at their bars, and each phrase into its words."""
    found = frozenset(tuple(phrase.split()) for phrase in listed(*lines))
    assert max(map(len, found)) <= _MOST_WORDS, "core() looks for shorter phrases only"
    return found


#: Said out of politeness or habit; it changes no answer.
COURTESY: Final = phrases(
    "please|pls|plz|thanks|thank you|thank you so much|thank you very much|thanks so much|thanks a lot|many thanks|thx|ty",
    "hi|hello|hey|hi there|hello there|hey there|good morning|good afternoon|good evening|sir|maam|ma'am|miss|um|uh|hmm",
    "lol|haha|have a nice day|have a good day|god bless",
    "por favor|porfavor|porfa|porfis|gracias|muchas gracias|mil gracias|hola|buenos dias|buenas tardes|buenas noches|buenas",
    "buen dia|senor|senora|senorita|jaja|jeje|que tenga buen dia|este|pues|saludos",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One word, folded, with its place in the folded text."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A reply in small letters without accents, pictures and invisible signs, and the way back to the original."""

    original: str
    text: str
    #: For each character of ``text`` where its origin in ``original`` begins and ends.
    origins: tuple[tuple[int, int], ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Translate a stretch of the folded text into one of the original."""
        return self._whole(start, end)

    def rest(self, start: int, end: int, *, also: Set[Phrase] = frozenset()) -> str:
        """Return what was said besides a stretch of the folded text, in the person's own letters, without courtesy.

        Args:
            also: phrases that say nothing either, for this question.
        """
        first, last = self.span(start, end)
        pieces = (self.original[:first], self.original[last:MAX_CHARS])
        return " ".join(
            filter(None, (_without_courtesy(piece) for piece in pieces if core(words(fold(piece)), also=also)))
        )

    def replaced(self, changes: Iterable[tuple[int, int, str]]) -> Reply:
        """Return the reply with stretches of its folded text exchanged; they come in order and do not overlap."""
        text: list[str] = []
        origins: list[tuple[int, int]] = []
        at = 0
        for start, end, new in changes:
            text += (self.text[at:start], new)
            origins += self.origins[at:start]
            origins += [self._whole(start, end)] * len(new)
            at = end
        text.append(self.text[at:])
        origins += self.origins[at:]
        return Reply(original=self.original, text="".join(text), origins=tuple(origins))

    def _whole(self, start: int, end: int) -> tuple[int, int]:
        """Return the origin of an exchanged stretch: its letters have no origin of their own."""
        if start >= end:
            return (0, 0)
        return (self.origins[start][0], self.origins[end - 1][1])


def _without_courtesy(piece: str) -> str:
    folded = fold(piece)
    kept = core(words(folded))
    start, end = folded.span(kept[0].start, kept[-1].end)
    return " ".join(piece[start:end].split())


@lru_cache(maxsize=256)
def fold(text: str) -> Reply:
    """Write a reply in small letters without accents, pictures, invisible signs and double spaces.

    The last are kept: within one turn a dozen readers ask for the same reply, and for the same labels.
    """
    if len(text) <= MAX_CHARS and _IS_PLAIN.fullmatch(text):  # most are; each letter is its own origin
        return Reply(original=text, text=text.replace("`", "'").lower(), origins=_OWN_PLACES[: len(text)])
    letters: list[str] = []
    origins: list[tuple[int, int]] = []
    for place, character in enumerate(text[:MAX_CHARS]):
        for letter in _fold_character(character):
            if letter == " " and (not letters or letters[-1] == " "):
                continue
            letters.append(letter)
            origins.append((place, place + 1))
    while letters and letters[-1] == " ":
        letters.pop()
        origins.pop()
    return Reply(original=text, text="".join(letters), origins=tuple(origins))


@lru_cache(maxsize=4096)
def _fold_character(character: str) -> str:
    if character.isascii() and character.isprintable():
        return "'" if character == "`" else character.lower()
    if character in _SPEAKING_PICTURES:
        return _SPEAKING_PICTURES[character]
    straight = character.translate(_STRAIGHT)
    if straight != character:
        return straight
    if unicodedata.decomposition(character).startswith("<fraction>"):  # 2 1/2, not 21/2
        return " " + unicodedata.normalize("NFKD", character).translate(_STRAIGHT)
    return "".join(_fold_part(part) for part in unicodedata.normalize("NFKD", character.casefold()))


def _fold_part(part: str) -> str:
    category = unicodedata.category(part)
    if category in ("Mn", "Me", "Cf"):
        return ""  # accents, keycaps, variation selectors, zero-width and direction marks
    if category == "Nd":
        return str(unicodedata.digit(part))
    if category[0] in "LNP" or part in "+$=<>^|~":
        return part.translate(_STRAIGHT)
    return " "


def words(reply: Reply) -> tuple[Word, ...]:
    """Return the words of a reply, without punctuation."""
    return tuple(Word(text=found[0], start=found.start(), end=found.end()) for found in _WORD.finditer(reply.text))


def core(said: Sequence[Word], *, also: Set[Phrase] = frozenset()) -> tuple[Word, ...]:
    """Return the words without the courtesy at both ends; empty when nothing else was said.

    Args:
        also: more phrases to drop at the ends, for this question.
    """
    texts = tuple(word.text for word in said)
    begins, ends = _edges(also)
    first, last = 0, len(texts)
    while (
        first < last
        and texts[first] in begins
        and (dropped := _longest((texts[first : first + length] for length in _LENGTHS), also))
    ):
        first += dropped
    while (
        first < last
        and texts[last - 1] in ends
        and (dropped := _longest((texts[max(first, last - length) : last] for length in _LENGTHS), also))
    ):
        last -= dropped
    return tuple(said[first:last])


def _longest(stretches: Iterable[Phrase], also: Set[Phrase]) -> int:
    """Return how many words the first stretch has that says nothing; 0 when each of them says something."""
    return next((len(stretch) for stretch in stretches if stretch in COURTESY or stretch in also), 0)


@lru_cache(maxsize=64)
def _edges(also: Set[Phrase]) -> tuple[frozenset[str], frozenset[str]]:
    """List the words that phrases of courtesy begin and end with: most words do neither."""
    every = COURTESY | also
    return frozenset(phrase[0] for phrase in every), frozenset(phrase[-1] for phrase in every)


def line(reply: Reply, said: Sequence[Word]) -> Reply:
    """Return the given words alone, joined by single spaces; ``|`` stands where a sentence ended."""
    if not said:
        return reply.replaced([(0, len(reply.text), "")])
    changes = [(0, said[0].start, "")]
    for one, two in pairwise(said):
        ended = any(mark in reply.text[one.end : two.start] for mark in ".!?;")
        changes.append((one.end, two.start, " | " if ended else " "))
    return reply.replaced([*changes, (said[-1].end, len(reply.text), "")])


def plain(said: Sequence[Word]) -> str:
    """Join words by single spaces."""
    return " ".join(word.text for word in said)


@lru_cache(maxsize=4096)
def phrase_key(text: str) -> str:
    """Return the form under which two spellings of one label or synonym are the same; kept, as labels come again."""
    return plain(words(fold(text)))
