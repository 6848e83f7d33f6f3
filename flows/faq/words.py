"""The words of questions: which tell little, what is left of one without its ending, what a question begins with."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from flows.answers.words import fold, listed, words

_SUFFIX: Final = {
    "en": re.compile(r"(?<=\w{3})(?:ing|ed|es|s|ly)$"),
    "es": re.compile(
        r"(?<=\w{3})(?:aron|ieron|ando|iendo|amos|emos|adas?|ados?|aria|eria|ar|er|ir|an|en|as|os|es|a|o|e)$"
    ),
}
#: Letters that sound alike in Spanish.
_SOUNDS: Final = tuple(
    (re.compile(written), sounds)
    for written, sounds in (("c(?=[ei])|z", "s"), ("v", "b"), ("ll", "y"), ("qu|c(?!h)", "k"), ("(?<!c)h", ""))
)
SMALL: Final = {
    "en": frozenset(
        listed(
            "a|an|the|i|me|my|im|am|is|are|be|been|was|were|do|does|did|to|of|for|in|on|at|it|this|that|there|you|your|we|us|our",
            "they|them|their|and|or|so|but|if|as|s|m|re|ll|d|t|ve|will|would|can|could|should|may|have|has|had|get|got|just",
            "any|some|please|like|with|about|by|from|really|even|also|actually|hi|hello|hey|ok|okay|going|gonna|then|be|wanna|getting|guys|yall|exactly|again|sorry",
        )
    ),
    "es": frozenset(
        listed(
            "a|al|el|la|los|las|un|una|unos|unas|de|del|en|y|o|u|e|lo|le|les|me|mi|mis|se|su|sus|te|tu|nos|yo|usted|ustedes|ud",
            "uds|es|son|esta|este|esto|eso|esta|estan|ser|ir|voy|va|van|hay|que|con|por|para|si|no|ya|pero|algo|alguna|algun|muy",
            "mas|hola|oye|oiga|pues|tambien|ha|he|han|tengo|tiene|tienen|tener|puedo|puede|pueden|debo|haber|sera|seria|entonces",
        )
    ),
}
ASKING: Final = {
    "en": frozenset(listed("what|where|when|who|whom|whose|how|why|which|long|much|many|need|old|far")),
    "es": frozenset(
        listed("donde|cuando|quien|quienes|como|cual|cuales|cuanto|cuanta|cuantos|cuantas|tan|porque|necesito|dan")
    ),
}
#: As people type.
_SHORT: Final = {
    "whats": "what", "wat": "what", "wut": "what", "wht": "what", "wheres": "where", "wher": "where", "were": "were",
    "hows": "how", "hw": "how", "whos": "who", "whens": "when", "wen": "when", "y": "y", "u": "you", "ur": "your",
    "r": "are", "2": "to", "hrs": "hours", "hr": "hours", "wk": "week", "info": "information", "exp": "experience",
    "q": "que", "k": "que", "qe": "que", "ke": "que", "xq": "porque", "pq": "porque", "porq": "porque", "kuando": "cuando",
    "dnde": "donde", "adonde": "donde", "aonde": "donde", "kien": "quien", "kuanto": "cuanto", "cto": "cuanto", "x": "por",
    "tngo": "tengo", "nesesito": "necesito", "necesita": "necesito", "xfa": "", "nececito": "necesito",
}  # fmt: skip
#: What a question begins with, after courtesy. A Spanish verb alone may also tell something: "es martes".
OPENS: Final = re.compile(
    r"^(?:(?:ok|okay|and|so|but|wait|also|well|first|um|by the way|btw|one question|quick question|question|just|"
    r"y|pero|oye|oiga|una pregunta|pregunta|disculpe|perdon|espere|tambien|entonces|a ver) )*"
    r"(?:what|whats|wat|wut|where|wheres|when|whens|wen|who|whos|how|hows|hw|why|which|is|are|r u|do|does|did|can|could|will|would|"
    r"should|am i|may i|tell me|i(?:d| would)? (?:want|like|need) to know|i wonder|i was wondering|(?:just )?wondering|"
    r"que|q|k|ke|qe|donde|dnde|a donde|adonde|aonde|de donde|en donde|cuando|kuando|cuant[oa]s?|kuanto|como|quien|quienes|kien|"
    r"con quien|por ?que|xq|pq|porq|para que|cual|cuales|de que|en que|en cual(?:es)?|a que|cada cuanto|"
    r"(?:quiero|quisiera|me gustaria) saber|(?:me )?(?:puede|pueden|podria|podrian) decir\w*|digame|se|hay|es|son|"
    r"esta|estan|queda|puedo|puede|pueden|podemos|tengo que|debo|necesito|se necesita|pagan|me pagan|me van|dan|piden|"
    r"hacen|revisan|toman|cuesta|cobran|eres|comparten|venden)\b"
)


@lru_cache(maxsize=4096)
def _stem(word: str, language: str) -> str:
    """Cut an ending, so that forms of a word count as one; Spanish also by its sound, as it is misspelled."""
    if word in SMALL[language] or word in ASKING[language]:
        return word
    if language == "es":
        for written, sounds in _SOUNDS:
            word = written.sub(sounds, word)
    return _SUFFIX[language].sub("", word)


def stems(text: str, language: str) -> list[str]:
    """List the words of a text as they are compared: slips of typing set right, endings cut."""
    said = [part for word in words(fold(text)) for part in word.text.split("'")]
    return [_stem(word, language) for word in (_SHORT.get(word, word) for word in said) if word]
