"""Read a person's name: ``my name is ana maria lopez garcia`` is Ana Maria, Lopez Garcia."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from flows.answers.context import AnswerContext
from flows.answers.outcome import CERTAIN, GUESS, LIKELY, Match, NoMatch, Outcome, Reason
from flows.answers.words import Reply, fold, listed
from flows.facts import Json

_INTRODUCTION: Final = re.compile(
    r"(?:^|(?<=[ ,.!]))(?:my (?:full |first |legal |real )?name(?: is|'?s)|the name(?: is|'?s)|names?(?: is|'s)|names|(?:full |legal )?name:|nombre completo:|a nombre de|(?:my|mi) (?:mom|mother|mum|dad|father|guardian|parent|grandma|grandmother|grandpa|grandfather|aunt|uncle|sister|brother|wife|husband|stepmom|stepdad|mama|papa|madre|padre|tutora?|abuel[ao]|ti[ao]|herman[ao]|espos[ao])(?:'s name)?(?: is| es| se llama|,)?|(?:mom|mother|mum|mami|mama|dad|father|papa|madre|padre|guardian|grandma|grandmother|tutora?|abuel[ao])(?:'?s name)? (?:is|es|se llama)|i am called|i go by|i'?m called|"
    r"(?:please |just |you can |u can )?call me|(?:people|ppl|everyone|everybody|friends|most people|most) (?:just )?calls? me|they call me|this is|it'?s me|(?:it'?s |is |it is )?(?:spelled|spelt)|se escribe|it is|it'?s|i am|i'?m|im|"
    r"(?:yo )?me llamo|(?:me |todos me )(?:dicen|llaman|conocen como)|(?:me )?(?:puede[ns]?|pueden) (?:llamarme|decirme)|llameme|digame|mi nombre(?: completo)? es|mi nombre|me pued(?:e|es|en) (?:llamar|decir)|(?:i mean|i meant|quise decir|digo),?|llamame|dime|(?:yo )?soy|se llama|nombre:|es)"
    r":? (?=\w)"
)
_OUTRIGHT: Final = re.compile(
    r"(?:my (?:full |first |legal |real )?name is|mi nombre(?: completo)? es|me llamo|full name is|i mean,?|i meant,?|quise decir):? $"
)
#: "First name Kim, last name Nguyen"; "Kim is my first name and Nguyen my last".
_LABELLED: Final = (
    re.compile(
        r"(?:my )?(?:first|given)(?: name)?(?: is|:| =|'s)? (?P<first>[^,;:\d]{1,40}?)[,;]? (?:and |& |y )?(?:my )?(?:last|family|sur) ?(?:name)?(?: is|:| =|'s)? (?P<last>[^,;:\d]{1,40}?)(?:[.,;!].*)?$"
    ),
    re.compile(
        r"(?:mi )?(?:primer )?nombre(?: es|:| =)? (?P<first>[^,;:\d]{1,40}?)[,;]? (?:y |e )?(?:mi )?apellidos?(?: es| son|:| =)? (?P<last>[^,;:\d]{1,40}?)(?:[.,;!].*)?$"
    ),
    re.compile(
        r"(?:my name is |it is |it'?s |i'?m |i am |soy |me llamo )?(?P<first>[^,;:.\d]{1,40}?)[.,;] (?:my |mi )?(?:last name|surname|apellidos?)(?: is|:| es| son)? (?P<last>[^,;:\d]{1,40}?)(?:[.,;!].*)?$"
    ),
    re.compile(
        r"(?:my |mi )?(?:last|family|sur|apellidos?) ?(?:name)?(?: is|:| =| es)? (?P<last>[^,;:\d]{1,40}?)[,;]? (?:and |& |y )?(?:my |mi )?(?:first|given|nombre)(?: name)?(?: is|:| =| es)? (?P<first>[^,;:\d]{1,40}?)(?:[.,;!].*)?$"
    ),
    re.compile(
        r"(?P<last>[^,;:\d]{1,40}?) (?:is |es )?(?:my |mi )?(?:last|family|apellido)(?: name)?[,;]? (?:and |y )?(?P<first>[^,;:\d]{1,40}?) (?:is |es )?(?:my |mi )?(?:first|given|nombre)(?: name)?[.!]?$"
    ),
    re.compile(
        r"(?P<first>[^,;:\d]{1,40}?) (?:is |es )?(?:my |mi )?(?:first|given|nombre)(?: name)?[,;]? (?:and |y )?(?P<last>[^,;:\d]{1,40}?) (?:is |es )?(?:my |mi )?(?:last|family|surname|apellido)(?: name)?[.!]?$"
    ),
)
_WISH: Final = re.compile(
    r"(?:(?:call me|i go by|i'?m called|they call me|(?:everyone|everybody|people|friends) calls? me|known as|prefer(?: to be called)?|goes by|"
    r"me dicen|me llaman|llamame|dime|me puedes? (?:decir|llamar))(?: just| solo)? \"?|[(\"])(?P<name>[^\W\d_]{2,20})(?![\w'@])"
)
_SIGN_OFF: Final = re.compile(
    r"(?: here| speaking| from .*| (?:para servir\w*|a su servicio|servidora?|presente|reporting(?: for duty)?)| is my name| is the name| es mi nombre| a sus ordenes|,? but\b.*|,? pero\b.*|,? and (?:i|i'?m|im|my)\b.*|,? (?:that'?s me|thats me|ese soy yo|esa soy yo|soy yo)|,? (?:mama|papa|madre|padre|mother|mom|dad|father|abuela|abuelo|hermana|hermano|esposa|esposo|wife|husband|grandma|grandpa) (?:de|of) .*|,? (?:dear|honey|hon|sweetie|mijo|mija|joven)(?: .*)?$| is my (?:mom|mother|dad|father|guardian|parent|grandma|grandmother|grandpa|aunt|uncle|wife|husband)\b.*| es mi (?:mama|papa|madre|padre|tutora?|abuel[ao]|ti[ao]|espos[ao])\b.*|,? y (?:tengo|quiero|vivo).*)$"
)
_LEADING: Final = re.compile(
    r"^(?:hi|hello|hey|there|just|only|solo|hola|buenas tardes|buenas noches|buenos dias|buen dia|buenas|good morning|good afternoon|good evening|sure|yes|ok|okay|si|claro|well|um|uh|pues|bueno|aqui|aca|le habla|les habla|le escribe|le saluda|habla|"
    r"mr|mrs|ms|miss|mister|doctor|dr|dra|rev|prof|sr|sra|srta|senor|senora|senorita|don|dona|la senora|el senor|la srta?|la sra|el sr|con)\b[ ,.!:;-]*"
)
_TRAILING: Final = re.compile(
    r"[ ,.!:;(-]*(?:\b(?:btw|lol|lmao|ha(?:ha)+|ja(?:ja)+|fyi|she/her(?:s|/hers)?|he/him(?:/his)?|they/them(?:/theirs)?|ella|\d{1,2}(?: years old| anos)?)\)?$|is (?:fine|good|ok|okay|great)$|'s (?:fine|good|ok|okay)$|works(?: fine)?$|(?:esta|queda) bien$)|[ ,.!:;-]*\b(?:please|thanks|thank you|thx|gracias|por favor|mucho gusto|nice to meet you|encantad[oa])$"
)
_SUFFIXES: Final = frozenset({"jr", "sr", "ii", "iii", "iv"})
#: Belong to the surname after them.
_PARTICLES: Final = frozenset(
    listed(
        "de|del|la|las|los|y|e|da|das|do|dos|di|du|van|von|der|den|ter|st|san|santa|bin|ibn|al|el|le|mac",
    )
)
_SECOND_GIVEN: Final = frozenset(
    listed(
        "maria|jose|luis|juan|carlos|antonio|manuel|miguel|angel|jesus|ana|luisa|elena|isabel|teresa|fernanda|guadalupe|alberto|eduardo",
        "enrique|javier|alejandro|alejandra|andres|pablo|pedro|francisco|ignacio|rafael|ramon|raul|ricardo|roberto|victor|david|daniel",
        "gabriel|gabriela|cristina|patricia|carmen|rosa|sofia|valentina|camila|beatriz|lucia|marie|ann|anne|lynn|lee|jean|jane|mae|rose",
        "inez|luz|paz|grace|elizabeth|michael|james|john|paul|thomas|joseph|william|ray",
    )
)
#: Words that no name has: whoever writes them says something else.
_NO_NAMES: Final = frozenset(
    listed(
        "why|what|who|whom|when|where|how|which|is|are|was|were|am|be|been|do|does|did|don't|dont|can't|cant|cannot|won't|wont|not|no|nope|nah",
        "yes|yeah|yep|ok|okay|sure|maybe|the|this|that|these|those|there|here|it|its|it's|my|your|you|his|her|their|our|we|they|them|us",
        "me|i|i'm|im|i'd|i'll|i've|have|has|had|want|need|know|think|would|could|should|can|if|or|but|because|about|with|for|from|to|at|on|in|of|as",
        "name|nombre|stop|start|help|quit|cancel|end|unsubscribe|info|hello|hi|hey|thanks|thank|please|sorry|nothing|none|nobody",
        "and|hmm|hm|hmmm|mmm|um|uh|umm|uhh|jajaja|jaja|haha|hahaha|xd|anonymous|secret|test|asdf|idk|dunno|lol|wtf|omg|business|volunteer|tutor|student|teacher|mom|dad|interested|available|ready|good|fine",
        "monday|tuesday|wednesday|thursday|friday|saturday|sunday|lunes|martes|miercoles|jueves|viernes|sabado|domingo|asking|who's|what's|that's|already|same|before|told|guess|depends|whatever|anything",
        "great|bad|busy|done|later|now|today|tomorrow|still|only|just|also|very|really",
        "que|por|porque|para|quien|cuando|donde|como|cual|eso|esto|esta|este|mi|tu|su|nada|nadie|ninguno|si|claro|tal|vez|quizas|quiero",
        "tengo|puedo|soy|estoy|ayuda|alto|parar|cancelar|hola|gracias|favor|secreto|yo|ella|ellos|nosotros|usted|ustedes|interesado",
        "interesada|voluntario|voluntaria|estudiante|maestro|maestra|bien|mal|listo|lista|ahora|hoy|manana|pero|muy|tambien",
    )
)
#: Words of everyday talk that are names as well, written with a capital and beside another; and those that are no words
#: of the other language.
_NAMES_TOO: Final = frozenset(listed("good|fine|in|still|done|ella"))
_NAMES_IN_ENGLISH: Final = frozenset(listed("tu|mi|su|tal|bien"))
#: Leads to a name in Spanish alone: Don Smith is called Don.
_SPANISH_TITLE: Final = re.compile(r"don(?![\w'])")
#: Belong to the surname after them, but are surnames themselves: Linda Le, Kim Do.
_SURNAMES_TOO: Final = frozenset(listed("le|do|du|van|santa|san|mac"))
#: Family names so common among those who have two that they are no second given name.
_FAMILY: Final = frozenset(
    listed(
        "garcia|silva|castro|ortega|flores|reyes|cruz|morales|torres|rivera|vargas|romero|mendoza|ruiz|ortiz|rojas|moreno|medina|herrera|aguilar|soto|vega|salazar|guerrero",
        "delgado|campos|contreras|luna|rios|molina|navarro|acosta|cabrera|figueroa|mejia|nunez|pena|valencia|cardenas|cortes|espinoza|serrano|salas|solis|cervantes",
        "diaz|munoz|quiroz|munos|lopez|perez|miranda|padilla|santos|trujillo|villa|zamora|montoya|robles|ochoa|avila|santiago|duran|marin|castillo|guzman|bravo|blanco|escobar|rosales|orozco|pacheco",
    )
)
#: A given name that holds a particle.
_MARIAN: Final = re.compile(
    r"maria (?:del? (?:carmen|rosario|pilar|mar|socorro|refugio|jesus)|de los angeles|de la (?:luz|paz|cruz))(?= )"
)
_MAX_WORDS: Final = 6
_MAX_INTRODUCTIONS: Final = 5
_MAX_NAME_CHARS: Final = 80
_MAX_LABELLED_CHARS: Final = 160
_NAME_CHARACTERS: Final = re.compile(r"[^\W\d_]+(?:['\u2019.-]{1,2}[^\W\d_]+)*\.?")
_MC: Final = re.compile(r"(?<![^\W\d_])(mc)([^\W\d_])", re.IGNORECASE)


def read_name(text: str, context: AnswerContext) -> Outcome:
    """Read a name; the value is ``{"first": ..., "last": ...}``, the last name empty when only one was said."""
    folded = fold(text)
    if not folded.text:
        return NoMatch(reason=Reason.EMPTY)
    if labelled := _labelled(text, folded):
        return labelled
    return _beside_a_wish(text, folded, context) or _one_name(text, folded, context)


def _one_name(text: str, folded: Reply, context: AnswerContext) -> Outcome:
    """Read the name that stands alone or after an introduction."""
    for start, end, introduced in sorted(
        _stretches(folded.text, context.language), key=lambda one: not _said_outright(folded.text, one[0])
    ):
        first, last = folded.span(start, end)
        said = text[first:last].strip(" ,.!;:-\"'()\t\r\n")
        names = said.replace(",", " ").split()
        if not _is_name(names, context.language):
            continue
        family_first = re.fullmatch(r"([^,]{1,60}),\s*([^,]{1,60})", said)
        if family_first and (fuller := _fuller(family_first[1].split(), family_first[2].split())):
            names, family_first = [*fuller], None
        given, family = _split(names, context.language)
        if family_first:
            given, family = family_first[2].split(), family_first[1].split()
        return Match(
            value={"first": _written(given), "last": _written(family)},
            span=(first, last),
            confidence=CERTAIN if family and len(names) != 3 else LIKELY if introduced or family else GUESS,
        )
    return NoMatch(reason=Reason.NOT_A_NAME)


def _beside_a_wish(text: str, folded: Reply, context: AnswerContext) -> Match | None:
    """Read a full name that stands beside how the person wishes to be called: "Call me Betty, Elizabeth Jones"."""
    wish = next(
        (found for found in _WISH.finditer(folded.text) if found.end() - found.start() < len(folded.text)), None
    )
    if wish is None or not _is_name([wish["name"]]):
        return None
    start, end = folded.span(*wish.span())
    before, after = text[:start].rstrip(" ,;(\"'"), text[end:].lstrip(" ,;.)\"'")
    for left in (f"{before} {after}".strip(), before, after):
        outcome = _one_name(left, fold(left), context) if left else None
        if isinstance(outcome, Match) and isinstance(outcome.value, dict) and outcome.value["last"]:
            return Match(value=outcome.value, span=(0, len(text)), confidence=outcome.confidence)
    return None


def _said_outright(text: str, start: int) -> bool:
    """Tell whether "my name is" leads to a place, not a nickname's "they call me"."""
    return _OUTRIGHT.search(text, 0, start) is not None


def _labelled(text: str, folded: Reply) -> Match | None:
    """Read a name whose parts are told apart by words: "first name Kim, last name Nguyen"."""
    for pattern in _LABELLED if len(folded.text) <= _MAX_LABELLED_CHARS else ():
        found = pattern.search(folded.text)
        if found is None:
            continue
        parts = []
        for part in ("first", "last"):
            first, last = folded.span(*_trimmed(folded.text, *found.span(part)))
            parts.append(text[first:last].strip(" ,.!;:-\"'()").split())
        if all(_is_name(names) for names in parts):
            value: Json = {"first": _written(parts[0]), "last": _written(parts[1])}
            return Match(value=value, span=folded.span(*found.span()), confidence=LIKELY)
    return None


def _fuller(one: Sequence[str], two: Sequence[str]) -> Sequence[str] | None:
    """Return the fuller of two tellings of one name: "Sue, Sue Miller"; "Bond, James Bond"."""
    shorter, longer = sorted((one, two), key=len)
    known = {fold(name).text for name in longer}
    return longer if len(longer) > len(shorter) and all(fold(name).text in known for name in shorter) else None


def read_wished_name(text: str) -> str | None:
    """Read how a person wishes to be called, if they say so: ``call me Bobby``, ``Robert "Bobby" Diaz``, ``me dicen Beto``."""
    folded = fold(text)
    for wish in _WISH.finditer(folded.text):
        start, end = folded.span(*wish.span("name"))
        name = text[start:end].strip(" .,!\"'")
        if _is_name([name]):
            return _written([name])
    return None


def _stretches(text: str, language: str) -> Iterator[tuple[int, int, bool]]:
    """Yield where a name may stand: what comes before, between and after introductions, and whether one led to it."""
    introductions = list(_INTRODUCTION.finditer(text))[:_MAX_INTRODUCTIONS]
    starts = [0, *(found.end() for found in introductions)]
    ends = [*(found.start() for found in introductions), len(text)]
    for index, (start, end) in enumerate(zip(starts, ends, strict=True)):
        inner = _trimmed(text, start, end, language)
        if inner[0] < inner[1]:
            yield *inner, index > 0


def _trimmed(text: str, start: int, end: int, language: str = "en") -> tuple[int, int]:
    """Leave out greetings before, and thanks and further sentences after."""
    while (leading := _LEADING.match(text[start:end])) and leading.end():
        if language == "en" and _SPANISH_TITLE.match(leading[0]):
            break
        start += leading.end()
    sentence = re.search(r"[!;\n]|(?<=[a-z]{3})\. ", text[start:end])
    if sentence and sentence.start() > 0:
        end = start + sentence.start()
    for pattern in (_TRAILING, _SIGN_OFF):
        trailing = pattern.search(text, start, end)
        if trailing and trailing.start() > start:
            end = trailing.start()
    return start, end


def _is_name(names: Sequence[str], language: str = "en") -> bool:
    """Tell whether words can be a name: few, of letters, none of them a word of everyday talk."""
    if not 1 <= len(names) <= _MAX_WORDS or sum(map(len, names)) > _MAX_NAME_CHARS:
        return False
    if not all(_NAME_CHARACTERS.fullmatch(name) for name in names):
        return False
    folded = [fold(name).text.rstrip(".") for name in names]
    talk = [
        name in _NO_NAMES and name not in _PARTICLES and not (name == "ella" and language == "en") for name in folded
    ]
    if all(talk) or any(
        is_talk and not _names_as_well(name, language) for name, is_talk in zip(names, talk, strict=True)
    ):
        return False
    if folded[-1] in _PARTICLES - _SURNAMES_TOO:
        return False
    return any(len(name) > 1 or not name.isascii() for name in folded) and not all(
        name in _PARTICLES for name in folded
    )


def _names_as_well(name: str, language: str) -> bool:
    """Tell whether a word of everyday talk is written as the name that it also is: Ella, Tu."""
    folded = fold(name).text
    return name[0].isupper() and (folded in _NAMES_TOO or (language == "en" and folded in _NAMES_IN_ENGLISH))


def _split(names: Sequence[str], language: str) -> tuple[Sequence[str], Sequence[str]]:
    """Divide given from family names.

    A particle begins the family name; of four names two are given, of three the second is a given one
    when it is commonly so or when the language has but one family name.
    """
    folded = [fold(name).text.rstrip(".") for name in names]
    suffixed = len(names) > 2 and folded[-1] in _SUFFIXES
    count = len(names) - suffixed
    if match := _MARIAN.match(" ".join(folded)):
        cut = len(match[0].split())
        return names[:cut], names[cut:]
    particle = next((index for index in range(1, count) if folded[index] in _PARTICLES), 0)
    if particle:
        cut = particle - 1 if language == "es" and particle > 2 else particle
        return names[:cut], names[cut:]
    if count <= 2:
        return names[:1], names[1:]
    if count == 3:
        two_given = folded[1] in _SECOND_GIVEN or language != "es" or len(folded[1]) == 1
        two_family = folded[1] in _FAMILY or (
            len(folded[1]) > 4 and folded[1].endswith("ez") and folded[1] not in _SECOND_GIVEN
        )
        return (names[:2], names[2:]) if two_given and not two_family else (names[:1], names[1:])
    return names[:2], names[2:]


def _written(names: Sequence[str]) -> str:
    return " ".join(_capitalised(name, at_start=index == 0 and len(names) == 1) for index, name in enumerate(names))


def _capitalised(name: str, *, at_start: bool) -> str:
    """Capitalise a name typed all small or all large; leave a mixed one, such as DeShawn, as its bearer wrote it."""
    if not (name.islower() or (name.isupper() and len(name) > 1)):
        return name
    folded = fold(name).text.rstrip(".")
    if folded in _PARTICLES and not at_start:
        return name.lower()
    if folded in _SUFFIXES - {"jr", "sr"}:
        return name.upper()
    capitalised = re.sub(r"[^\W\d_]+", lambda part: part[0][:1].upper() + part[0][1:].lower(), name)
    return _MC.sub(lambda found: "Mc" + found[2].upper(), capitalised)
