"""Tell from the words of a yes/no question what its answers depend on: "all good" is a no to "Is anything wrong?"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from flows.answers.words import fold, plain, words

#: Of a question no more is read than its last sentence, and of that the last so many characters.
_MAX_QUESTION_CHARS: Final = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What the words of a question tell about its answers."""

    #: Whether who agrees says no: "Do you mind …?", "Is there any problem?".
    turned: bool
    #: Whether it asks for leave: "go ahead" gives it, and is a no to "Do you mind?".
    asks_leave: bool
    #: Whether it asks for a time or a deed that being busy forbids.
    asks_to_come: bool
    #: Whether "a little" or "two years" can answer it.
    asks_how_much: bool
    #: Whether it asks for what was ever done: any time it was done answers it.
    asks_how_often: bool
    #: Whether there is any, or one: a count answers it.
    asks_if_any: bool
    #: Whether it asks if a deed was done.
    asks_if_done: bool
    #: Whether it shows what was understood, to be confirmed.
    asks_if_right: bool
    #: Whether the name of a thing answers it: "Any allergies?" "Peanuts".
    asks_for_a_thing: bool
    #: At least this age.
    age: int | None
    #: Its verb as somebody repeats it in an answer.
    echo: re.Pattern[str] | None
    words: frozenset[str]


_MINDS: Final = re.compile(
    r"\b(?:(?:you|anyone|your \w+) (?:\w+ )?(?:mind|object)|bother you|molesta|molestaria|importa|importaria|incomoda|incomodaria)\b"
)
_TROUBLE: Final = re.compile(
    r"\b(?:(?:anything|something) else|algo mas|otra cosa|(?:need|necesita) (?:anything|algo)|(?:anything|something|algo) (?:is |esta |anda )?(?:wrong|the matter|unclear|mal|malo)|(?:any|a|an|some|un|una|algun|alguna|other|tiene|hay) "
    r"(?:other |otra |otro )?(?:problems?|issues?|trouble|concerns?|questions?|objections?|problemas?|inconvenientes?|dudas?|preguntas?))\b"
)
_COMES: Final = re.compile(
    r"\b(?:(?:can|could|will|would) (?:you|we (?:count|expect)) (?:still |be able to |please |possibly )*(?:come|make|be|do|attend|help|volunteer|work|join|cover|start|meet|fill|on)|"
    r"are you (?:still |also )?(?:\w+ )?(?:free|available|able|coming|around)|do(?:es)? .{2,60} (?:work|suit)|(?:is|are) .{2,60} (?:good|okay?|fine|convenient)\b|"
    r"(?:puede|podria|podra|pudiera) (?:usted )?(?:venir|ir|asistir|estar|ayudar|llegar|cubrir|empezar|trabajar|presentarse)|esta (?:usted )?(?:\w+ )?(?:libre|disponible)|"
    r"le (?:queda|sirve|funciona|conviene|viene)|va a (?:venir|poder|asistir|ir)|vendra|asistira|estara)\b"
)
_HOW_MUCH: Final = re.compile(
    r"\b(?:experiences?|experiencia|speak|habla|know|sabe|ever|alguna vez|worked|trabajado|have you|ha|familiar|understand|entiende|read|lee|play|cook|drive|cocina)\b"
)
_ANY: Final = re.compile(r"\b(?:do you (?:\w+ )?(?:have|own|know)|any|tiene|hay|algun\w*)\b")
_DID: Final = re.compile(
    r"\b(?:did|have|has) (?:you|your)\b|^(?:usted |ya |le |se |lo |la )*(?!como|cuando|cuanto)\w{3,}o (?:el|la|los|las|su|sus|nuestro|nuestra|un|una|bien)\b"
)
_EVER: Final = re.compile(r"\b(?:have you|has your|ever|ha|han|alguna vez)\b")
_THING: Final = re.compile(
    r"\b(?:allerg\w*|alerg\w*|medical|medications?|medicines?|medicamentos?|medicinas?|conditions?|condicion(?:es)?|dietary|restrictions?|restriccion(?:es)?|convict\w*|arrest\w*|condenad[oa]|delitos?|injur\w+|lesion(?:es)?|accommodations?)\b"
)
_AGE: Final = re.compile(
    r"\b(?:(?:over|at least|older than|mayor(?:es)? (?:de|a|que)|al menos|por lo menos|mas de|cumplidos los) (?P<one>\d\d)|(?P<two>\d\d) (?:years |anos )?(?:old )?(?:or|and|o|y) (?:older|over|above|up|mas|mayor)|(?P<adult>mayor de edad|an adult|of age))\b"
)
_ENGLISH: Final = re.compile(
    r"\b(?:do|does|did|can|could|will|would|are|were|have|has|had|should|shall) (?:you|we|they|he|she|your \w+) "
    r"(?:(?:currently|ever|already|still|also|be|able|to|like|want|willing|please|usually|regularly|all|actually|both) )*(?P<verb>[a-z]+)(?P<object> \w+)?"
)
_SPANISH: Final = re.compile(
    r"(?:^|\b(?:y|entonces) )(?:(?:usted|ustedes|ya|aun|todavia|le|les|se|nos|me|la|lo|actualmente|tambien|de casualidad|acaso) )*(?P<verb>[a-z]+)(?: (?P<object>\w+))?"
)
_ODD_ENGLISH: Final = {
    "have": "have|got|own|had", "own": "own|have|got", "do": "do|did|done", "go": "go|went|gone", "get": "get|got|gotten", "speak": "speak|spoke|spoken",
    "take": "take|took|taken", "drive": "drive|drove|driven", "come": "come|came", "teach": "teach|taught", "know": "know|knew", "bring": "bring|brought",
    "see": "see|saw|seen", "make": "make|made", "send": "send|sent", "write": "write|wrote|written", "read": "read", "give": "give|gave|given", "finish": "finish|finished|done|did",
    "complete": "complete|completed|done|finished|did", "understand": "understand|understood", "be": "be", "find": "find|found", "meet": "meet|met", "hear": "hear|heard",
}  # fmt: skip
_ODD_SPANISH: Final = {
    "tiene": "tengo|tenemos", "tienen": "tenemos", "puede": "puedo|podemos|podria", "podria": "puedo|podria", "podra": "podre|puedo", "quiere": "quiero|queremos",
    "quisiera": "quiero|quisiera", "es": "soy", "son": "somos", "esta": "estoy|estamos", "va": "voy|vamos", "ha": "he", "han": "hemos", "sabe": "se", "conoce": "conozco",
    "hace": "hago", "viene": "vengo", "prefiere": "prefiero", "gustaria": "gustaria", "gusta": "gusta", "interesa": "interesa", "sirve": "sirve", "queda": "queda",
    "funciona": "funciona", "conviene": "conviene", "entiende": "entiendo", "cuenta": "cuento|tengo", "recibio": "recibi", "pudo": "pude", "fue": "fui", "hizo": "hice",
    "leyo": "lei", "vendra": "vendre|ire", "asistira": "asistire|ire", "estara": "estare", "vino": "vine", "tuvo": "tuve", "conduce": "conduzco|manejo", "maneja": "manejo",
    "sigue": "sigo", "piensa": "pienso", "recuerda": "recuerdo", "confirma": "confirmo", "acepta": "acepto", "autoriza": "autorizo",
}  # fmt: skip
#: Said for "I": what leads to the repeated verb.
_LED: Final = (
    r"(?:(?:i|we|i've|ive|i'm|im|we're|i'd|i'll|ill|am|have|do|did|just|already|still|currently|actually|definitely|certainly|also|think|totally|fully|completely|pretty|very|super|quite|extremely|so|muy|"
    r"yo|ya|la|lo|las|los|le|se|me|aun|claro|que|pues|tambien|siempre) )*"
)
_IF_RIGHT: Final = re.compile(
    r"\b(?:correct|right|accurate|correcto|correcta|correctos|bien|look (?:good|ok|okay|right)|is (?:this|your|\w+ your)|is it|son correctos|su (?:nombre|correo|telefono|codigo|numero))\b"
)
_MIN_STEM_CHARS: Final = 3
_ADULT: Final = 18


@lru_cache(maxsize=512)
def question_of(asked: str) -> Question | None:
    """Read the last question of what was asked; ``None`` when nothing was."""
    sentences = [
        part for part in re.split(r"[?!\n]+|\.(?= |$)", asked[-_MAX_QUESTION_CHARS:].replace("¿", ". ")) if part.strip()
    ]
    if not sentences:
        return None
    text = plain(words(fold(sentences[-1])))
    age = _AGE.search(text)
    minds = _MINDS.search(text) is not None
    return Question(
        turned=minds or _TROUBLE.search(text) is not None or "a problem" in text or "un problema" in text,
        asks_leave=minds,
        asks_to_come=_COMES.search(text) is not None,
        asks_how_much=_HOW_MUCH.search(text) is not None,
        asks_how_often=_EVER.search(text) is not None,
        asks_if_any=_ANY.search(text) is not None,
        asks_if_done=_DID.search(text) is not None,
        asks_if_right=_IF_RIGHT.search(text) is not None,
        asks_for_a_thing=_THING.search(text) is not None,
        age=(_ADULT if age["adult"] else int(age["one"] or age["two"])) if age else None,
        echo=_echo_of(text),
        words=frozenset(text.split()),
    )


def _echo_of(text: str) -> re.Pattern[str] | None:
    english = _ENGLISH.search(text)
    if english:
        verb = english["verb"]
        forms = _ODD_ENGLISH.get(verb)
        if forms is None:
            stem = verb.removesuffix("e")
            forms = rf"{stem}\w{{0,4}}" if len(stem) >= _MIN_STEM_CHARS else verb
        return re.compile(rf"{_LED}(?:{forms})(?![\w'])")
    spanish = _SPANISH.search(text)
    forms = _in_spanish(spanish["verb"]) if spanish else None
    return re.compile(rf"{_LED}(?:{forms})(?![\w'])") if forms else None


def _in_spanish(verb: str) -> str | None:
    """Return the verb of a question as somebody says it of themselves."""
    if verb in _ODD_SPANISH:
        return _ODD_SPANISH[verb]
    if len(verb) <= _MIN_STEM_CHARS:
        return None
    if verb.endswith("io"):
        return verb[:-1]
    if verb.endswith("o"):
        return verb[:-1] + "e"
    return verb[:-1] + "o" if verb.endswith(("a", "e")) else None
