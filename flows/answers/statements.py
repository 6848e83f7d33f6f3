"""Read the statements that are no yes and no no by themselves, but answer a question whose words are known."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from flows.answers.question import Question
from flows.answers.words import listed


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What a statement answers, and where it stands; ``value`` is none when it could be either."""

    value: bool | None
    start: int
    end: int


_COUNTED: Final = re.compile(
    r"(?:(?:yes|just|only|solo|about|like) )*(?:one|two|three|four|five|several|some|plenty|a (?:few|couple|lot|bunch)|lots|many|una?|dos|tres|cuatro|cinco|vari[oa]s|much[oa]s|algun[oa]s)(?: (?:of|de) (?:them|those|each|ellos|ellas|cada))?$"
)
#: May follow the repeated verb without saying anything else than the question did.
_BESIDE: Final = frozenset(
    listed(
        "own|propio|propia|personal|new|old|whole|it|that|this|one|them|both|some|mine|two|2|here|there|too|also|well|fluently|already|before|now|still|always|every|each|all|day|week|month|year|years|last|night|yesterday|today|times",
        "once|twice|both|dos|ambos|ambas|three|couple|morning|evening|afternoon|lately|ago|few|days|a|an|the|my|of|to|and|just|really|very|definitely|please|thanks|anytime|whenever|yes|si|plenty|lots|absolutely|perfectly|completely|in|on|for",
        "la|lo|las|los|una|uno|un|ese|esa|eso|ya|tambien|siempre|todo|todos|dia|dias|semana|ayer|hoy|muy|bien|mucho|perfectamente|claro|aqui|ahi|anoche|mi|mis|el|de|en|vez|veces|varias|muchas|gracias|con|gusto|sin|problema|con",
    )
)
_DENIES: Final = re.compile(
    r"(?<![\w'])(?:no|not|never|n't|don'?t|doesn'?t|didn'?t|can'?t|cannot|won'?t|isn'?t|aren'?t|haven'?t|wasn'?t|only|barely|hardly|used|almost|but|if|unless|until|except|without|too|"
    r"pero|solo|nunca|jamas|casi|apenas|sin(?! problema)|excepto|hasta|aunque|ni|nada)(?![\w'])"
)
_FINE: Final = re.compile(
    r"(?:(?:no|nope|yes|yeah|oh|it'?s|that'?s|thats|is|are|was|everything(?:'s)?|everythings|all|alls|things|we'?re|i'?m|im|we|i|am|looks?|seems?|sounds?|going|just|so|todo|esta|va|estoy|estamos|anda|muy|por ahora|totally|perfectly|\w{3,9}days?(?= is| are| works?)|works) )*"
    r"(?:good|fine|ok|okay|great|well|perfect|clear|alright|cool|bien|perfecto|excelente|en orden|claro|correcto|tranquil[oa]|dandy|that'?s (?:it|all)|thats (?:it|all)|all set|set|(?:eso |esto )?(?:es|seria) todo|seria todo|nothing(?:'?s| is)?(?: else| wrong| the matter)?|works(?: fine)?)(?: (?:here|for now|por ahora|with me|by me|for me|so far|now|thanks|gracias|por aqui|and dandy|conmigo))*(?= [|]|$)"
)
_LEAVE: Final = re.compile(
    r"(?:(?:no|nope|yes|yeah|sure|ok|okay|of course|course|si|claro|please|not at all|para nada) )*(?:go (?:right )?ahead|do(?: it| so)?(?= [|]|$)|go for it|please do|feel free|be my guest|by all means|(?:that|it)(?:'s| is|s) (?:\w+ )?(?:fine|ok|okay|cool|good)|thats (?:\w+ )?(?:fine|ok|okay)|"
    r"fine|ok|okay|works for me|(?:that|it) works|fine by me|happy to|you (?:can|may)|text (?:me|away)|call (?:me|away)|call|text|adelante|con confianza|cuando (?:guste|gusten|quiera|quieran)|puede[n]?|esta bien|con gusto|sin problema|llame[n]?|escriban?)(?: (?:with|by|for) me| anytime| ahead)?(?= [|]|$)"
)
#: To "Do you mind?" a "sure" says that they do, or that they do not.
_EITHER_WAY: Final = re.compile(
    r"(?!.* (?:not|no)(?: |$))(?:sure|of course|claro(?: que si)?|por supuesto|absolutely|certainly|definitely|yeah sure|yes please|yup|ya|dale|vale|va|sale)(?: [a-z]+)?$"
)
_BUSY: Final = re.compile(
    r"(?:(?:sorry|i'm sorry|im sorry|ugh|oh|perdon|lo siento|disculpe|fijese que|es que|unfortunately|yo|ese dia|that day|then|ya|[|]) )*(?:"
    r"(?:(?:i'?m|i am|we'?re|i'?ll be|i will be|i|we|already|usually|gotta|gonna be|all|pretty|super|really|kinda|so|way too|too) )*"
    r"(?:busy|booked(?: up| solid)?|swamped|slammed|working(?! on (?:it|that))|work(?= |$)|work(?=s)|out of (?:town|state|the country)|away|travell?ing|on vacation|on a trip|unavailable|at work|in class|at school|tied up|double booked|overbooked|sick)(?![\w'])|"
    r"(?:i'?ll|i will|we'?ll) be at (?:my|a|an|our|the (?:doctor|hospital|dentist|airport)) |(?:i'?d|i would) have to (?:miss|skip|leave) |(?:(?:el|los|ese|este) )?(?:lunes|martes|miercoles|jueves|viernes|sabados?|domingos?|dia) (?:esta |es )?(?:muy )?(?:imposible|dificil|complicado)(?= |$)|"
    r"(?:got|have|had|tengo) (?:an? |my |la |una |el )?(?:\w+ )?(?:appointment|appt|meeting|class|game|exam|test|shift|recital|interview|cita|junta|clase|examen|partido)(?![\w'])|salgo (?:muy )?tarde|"
    r"(?:i|we)(?:'ve| have|'ve got| got| have got|'ve already got) (?:a |an |my |to |another |other |some )?(?:class|classes|work|school|meetings?|appointments?|appt|doctor'?s?|dentist|church|practice|games?|exams?|tests?|finals|plans|conflict|wedding|funeral|shift|job|commitments?|surgery|jury|something|prior)(?![\w'])|"
    r"(?:(?:\w+ )?(?:\w{3,9}days?|mornings?|afternoons?|evenings?|nights?|weekends?)|that(?: day| time)?|it)(?:'s| is| are) (?:out(?! of)|no good|a no go|bad|tough|impossible|booked|full|taken|terrible|hard)(?![\w'])|"
    r"(?:my|mi|our) \w+ (?:has|have|tiene|tienen|is|esta) (?:a |an |un |una |su )?(?:games?|partido|cita|appointments?|practice|recital|enferm[oa]|sick|surgery|cirugia|juego|clase|class|birthday|cumpleanos|graduation)(?![\w'])|"
    r"(?:(?:los|el|esa|ese|a esa|las|muy|bien|dia|hora|\w{3,9}s) )*(?:(?:estoy|estare|ando|voy a estar) (?:muy |bien |algo |super )?(?:ocupad[oa]|fuera|de viaje|trabajando|enferm[oa]|en clases?|en el trabajo|de vacaciones)|viajo(?= |$)|me voy de viaje|trabajo(?! con| en eso)|me toca trabajar|salgo de viaje|"
    r"tengo (?:que |una? |otr[oa] |mi |mis |la )?(?:clases?|trabajo|trabajar|cita|junta|compromiso|examen(?:es)?|escuela|boda|funeral|viaje|planes|turno|reunion|doctor|consulta)))(?! [|]? ?(?:so|y por eso) )"
)
_MUCH: Final = re.compile(
    r"(?:(?:yes|oh|i have|i've had|i speak|about|like|for|just|only|over|more than|tengo|si|hablo|como|unos|mas de|hace|desde hace|quite|very) )*(?:(?:a )?(?:lots?|ton|plenty|tons|loads|bunch)(?: of (?:it|times|experience|them))?|many(?: times| years| many times)?|several(?: times| years)?|some(?: experience)?|"
    r"a (?:little|bit|few|couple)(?: bit| times| years| of times| of years| experience| of it)?|little bit|once(?: or twice)?|twice|quite a (?:bit|lot|few)|all the time|always|often|all my life|fluent(?:ly)?|perfectly|pretty well|very well|well enough|enough|native(?: speaker)?|bilingual|bilingue|trilingue?|conversational(?:ly)?|passabl[ey]|basic|basico|decent(?:ly)?|(?:it'?s |its |es )?(?:my|mi) (?:first|native|primer|primera|mother) \w+|(?:es )?mi lengua materna|me defiendo|lo suficiente|"
    r"(?:\d{1,2}|\w+) (?:years?|months|yrs|anos|meses)(?: as an? \w+(?: \w+)?| of it| teaching| de experiencia| como \w+)?|much[oa]s?(?: experiencia| veces| anos)?|muchisim[oa]s?|bastante|(?:un )?poc[oa]|(?:un )?poquit[oa]|algo(?: de experiencia)?|varias veces|una vez|"
    r"un par de veces|con fluidez|perfectamente|toda la vida|todo el tiempo)(?: yes)?$"
)
_NOTHING: Final = re.compile(
    r"(?:(?:i|i have|i've|tengo|absolutely|la verdad) )*(?:zero|cero|0|nil|not a (?:word|bit|lick|single \w+|thing)|not any|not much|not (?:very|too|so|that) (?:much|well|good)|casi nada|hardly(?: any)?|barely|no (?:experience|training|experiencia)|ni (?:un|una) \w+|ni (?:jota|pizca|papa|idea)|sin experiencia|nad[ai]ta?)(?: .{0,30})?$|(?:no |nope )?(?:(?:this|it|that|esta|esto|pues|seria|sera|es|is|would|will|be|itd|it'?d|it'?ll|this'?ll|it'?s|i'?m|im|i am|soy|un|una|a|an|my|mi|la|the|very|total|complete|brand|muy) )*(?:first(?: time(?:r)?)?|primera(?: vez)?|new(?: to (?:this|it|all this))?|newbie|beginner|nuev[oa](?: en esto)?|principiante)(?= [|]|$)"
)
_FAULTY: Final = re.compile(
    r"(?<!no )(?<!not )(?<!any )(?<!sin )\b(?:typos?|mistakes?|misspelled|mispelled|misspelt|missing|almost|not quite|errors?|mal|falta|faltan|casi|equivoque|equivocad[oa]|equivocaron|should (?:be|say)|debe(?:ria)? (?:ser|decir)|spelled wrong|outdated|old (?:one|number|address|email))\b"
)
_ANOTHER: Final = re.compile(
    r"(?:(?:it'?s|its|it is|es|mine is|my \w+ is|mi \w+ es|actually|en realidad) )+(?P<value>\w+)"
)
_SOME: Final = re.compile(
    r"(?:i (?:do|did|have|had)|i'?ve got|i got|tengo|hay|there (?:is|are)|there'?s|(?:just |only |solo )?(?:una?|one|two|dos|varias|unas|algunas|some|several|a (?:few|couple|lot)|muchas|many))(?= |$)"
)
_MIND_IT: Final = re.compile(
    r"(?:i (?:do|would)|(?:yes|si) (?:i|me) \w+|me (?:molesta|importa|incomoda)\w*)(?! not)(?= |$)"
)
_RATHER_NOT: Final = re.compile(
    r"(?<!\w)(?:rather|prefer|preferiria|prefiero) (?:you |that you |we |they )?(?:not|didn'?t|don'?t|que no|no)(?!\w)"
)
_HEALTHY: Final = re.compile(
    r"(?:(?:nah|no|nope|i'?m|im|i am|i have a|tengo|estoy|soy|a|un|pretty|very|totally|perfectly|muy|in|con|mi|record|expediente|antecedentes) )*(?:healthy|fit|good health|clean(?: record)?|limpi[oa]|san[oa]|saludable|buena salud|never been arrested|eat (?:everything|anything)|como de todo)(?: as a horse| record)?$"
)
_BOTH: Final = re.compile(
    r"(?:(?:i do|hablo|yes|si|i speak|i have|tengo) )?(?:both(?: of them)?|all(?: of them| three)?|ambos|ambas|los dos|las dos|todos|todas)$"
)
_STILL: Final = re.compile(
    r"(?:(?:still|todavia|aun)(?: (?:here|there|am|do|aqui|ahi|si))?|(?:sigo|seguimos)(?: \w+){0,2})$"
)
_NO_LONGER: Final = re.compile(
    r"(?:(?:i|we|ya|nos|me|just|had to) )*(?:moved(?: away| out)?|mude|mudamos|quit|left|stopped|graduated|deje|dejamos|renuncie|gradue|jubile|retired)(?: (?:to|from|last|in|it|el|en|hace|de|a) .*|$)"
)
_ALMOST: Final = re.compile(r"(?:almost|nearly|not (?:quite|till|until|yet).*|casi(?: casi)?|ya casi|hasta .*)$")
_DID_IT: Final = re.compile(
    r"(?:yes )?(?:i'?ve|i have|we'?ve|lo he|ya he|he) (?:\w+ly )?(?:done|had|been|hecho|tenido|sido|estado)(?!\w)"
)
_LIVED: Final = re.compile(
    r"(?:i'?m an? |i am an? |i(?:'ve)? (?:coach|teach|taught|coached|raised|babysat|babysit|work|worked|was|run|ran|lead|led|helped|have|had) |some |mostly |soy |tengo |crie |he |trabaje |fui |cuido |cuide |ayude |di clases)"
)
_LACKS: Final = re.compile(
    r"(?:(?:it'?s|its|it|esta|i|mine|is|has|se|me|lo|la|already|ya) )*(?:my \w+ (?:broke(?: down)?|died|is (?:broken|in the shop|dead|gone))|expired|vencid[oa]|vencio|lost (?:it|mine)|left (?:it|mine)(?: .*)?|sold (?:it|mine)|vendi|perdi|broke(?:n)?(?: down)?|suspended|suspendida|(?:need|have) to (?:get|renew|buy|replace) .*|tengo que (?:sacarla|renovarla|renovarlo|sacarlo))$"
)
_COMES_TO: Final = re.compile(
    r"(?:yes |well )?(?:i|we)(?: can| could|'ll| will| should be able to| can probably) (?:be there|come|make it|attend|do (?:it|that)|swing by|help)(?![\w'])"
)
_DONE: Final = re.compile(
    r"(?:(?:all|already|just|it'?s|its|yes|ya|esta|quedo|i) )*(?:done|did|completed|finished|submitted|sent|received|hecho|listo|enviado|recibido|completado|terminado|hace (?:rato|tiempo|dias|un \w+|una \w+))(?: (?:it|that|already|yesterday|today|last \w+|ayer|hoy|ya))*$"
)
_UNDONE: Final = re.compile(
    r"(?:(?:oops|sorry|oh|ugh|i|completely|totally|still|am|i'?m|im|perdon|ay|disculpe|todavia|aun) )*(?:forgot(?: (?:to|about it|it))?|spaced(?: it)?|missed it|lost it|se me (?:olvido|paso|perdio)(?: .*)?|lo olvide|me falta(?: .*)?|working on (?:it|that)|doing it(?: now)?|in progress|halfway(?: \w+)*|apenas (?:(?:lo|la|los|las) )?(?:voy|iba|estoy|empece)(?: .*)?|en eso(?: estoy)?|estoy en eso)$"
)
_DAYISH: Final = re.compile(
    r"(?<!\w)(mon|tues?|wednes|thurs|fri|satur|sun|morning|afternoon|evening|night|weekend|weekday|lun|mart|mierc|juev|viern|sab|doming|manana|tarde|noche)\w*"
)
_INSTEAD: Final = re.compile(
    r"(?<!\w)(?:only|just|solo|solamente|nomas|better|best|prefer|instead|rather|mejor|prefiero|preferiria)(?!\w)"
)
_GROWN: Final = re.compile(
    r"(?:(?:i'?m|i am|still|a|an|soy|un|una|todavia|aun|ya|of|de) )*(?:(?P<yes>(?:grown )?adult[oa]?|grown|mayor(?: de edad)?)|minor|menor(?: de edad)?|underage|teen\w*|adolescente)$"
)
_SAID_AGE: Final = re.compile(
    r"(?:(?:i'?m|i am|im|tengo|soy|ya tengo|just turned|turned|cumpli|yes|si) )*(?P<age>\d{1,2})(?: years? old| years| yrs| yo| y o| anos(?: cumplidos)?)?(?= [|]|$| (?:in|last|this|on|en|el|since|years ago|and|y|already|ya) )"
)
_NO_THING: Final = frozenset(
    listed(
        "i|you|it|that|this|what|why|who|when|where|how|me|my|is|are|do|does|can|will|the|we|they|help|stop|hello|hi|ok|okay|thanks|please|wait|later|maybe|depends|already|told|sure|not|no|but",
        "yo|usted|que|eso|esto|por|quien|cuando|donde|como|mi|es|son|no|pero|ayuda|hola|gracias|ya|luego|despues|depende|tal|vez|quizas|nose|asdf|test|unsure|unknown",
    )
)
_MAX_THING_WORDS: Final = 4
_MIN_THING_CHARS: Final = 4


def answered(said: str, question: Question) -> Answered | None:
    """Read a statement that is no yes and no no by itself, but answers this question.

    Args:
        said: the words of the reply, ``|`` between sentences.
    """
    if question.turned:
        if question.asks_leave and (leave := _LEAVE.match(said)):
            return Answered(value=False, start=0, end=leave.end())
        if question.asks_leave and (
            permits := re.match(r"(?:sure|yes|yeah|of course|ok|okay|claro|si) (?:no|not at all)(?= |$)", said)
        ):
            return Answered(value=False, start=0, end=permits.end())
        if question.asks_leave and (either := _EITHER_WAY.match(said)):
            return Answered(value=None, start=0, end=either.end())
        if fine := _FINE.match(said):
            return Answered(value=False, start=0, end=fine.end())
        if question.asks_leave and (against := _RATHER_NOT.search(said)):
            return Answered(value=True, start=against.start(), end=against.end())
        some = (_MIND_IT if question.asks_leave else _SOME).match(said)
        if some and not _DENIES.search(said):
            return Answered(value=True, start=0, end=some.end())
        return None
    if question.age is not None and (grown := _GROWN.match(said)):
        return Answered(value=grown["yes"] is not None, start=0, end=grown.end())
    if question.age is not None and (told := _SAID_AGE.match(said)):
        return Answered(value=int(told["age"]) >= question.age, start=0, end=told.end())
    if question.asks_to_come and (busy := _BUSY.match(said)) and not _relents(said[busy.end() :]):
        return Answered(value=False, start=0, end=busy.end())
    if question.words & {"still", "todavia", "aun", "sigue", "siguen"}:
        if still := _STILL.match(said):
            return Answered(value=True, start=0, end=still.end())
        if left := _NO_LONGER.match(said):
            return Answered(value=False, start=0, end=left.end())
    if (question.age is not None or question.asks_if_done) and (almost := _ALMOST.match(said)):
        return Answered(value=False, start=0, end=almost.end())
    if question.asks_how_often and (did := _DID_IT.match(said)) and not _DENIES.search(said):
        return Answered(value=True, start=0, end=did.end())
    if question.asks_if_done:
        if undone := _UNDONE.match(said):
            return Answered(value=False, start=0, end=undone.end())
        if done := _DONE.match(said):
            return Answered(value=True, start=0, end=done.end())
    if question.asks_for_a_thing and (healthy := _HEALTHY.match(said)):
        return Answered(value=False, start=0, end=healthy.end())
    if question.words & {"and", "y", "or", "o"} and (both := _BOTH.match(said)):
        return Answered(value=True, start=0, end=both.end())
    if question.asks_if_any and (some := _COUNTED.match(said)):
        return Answered(value=True, start=0, end=some.end())
    if question.asks_to_come and (comes := _COMES_TO.match(said)) and not _DENIES.search(said):
        return Answered(value=True, start=0, end=comes.end())
    if question.asks_how_much:
        if nothing := _NOTHING.match(said):
            return Answered(value=False, start=0, end=nothing.end())
        if much := _MUCH.match(said):
            return Answered(value=True, start=0, end=much.end())
    return _echoed(said, question)


def _relents(after: str) -> bool:
    """Tell whether what follows a "busy" may still agree: "I work until three", "I have class but …"."""
    return (
        re.search(
            r"(?<!\w)(?:but|until|till|so|yes|can|free|after|before|unless|fine|ok|okay|maybe|pero|hasta|si|puedo|despues|antes|salvo|excepto|libre)(?!\w)",
            after,
        )
        is not None
    )


def _echoed(said: str, question: Question) -> Answered | None:
    """Read the question's own verb, with nothing beside it that the question did not say, as a yes."""
    sentence = said.split(" | ")[0]
    found = question.echo.match(sentence) if question.echo else None
    if found is None or _DENIES.search(sentence):
        return None
    if question.asks_how_often or all(
        word in question.words or word in _BESIDE for word in sentence[found.end() :].split()
    ):
        return Answered(value=True, start=0, end=len(sentence))
    return None


def guessed(said: str, question: Question) -> bool | None:
    """Guess what a reply that is no answer in any other way says to this question: a fault named is a no to "Is it right?"."""
    if question.asks_to_come and _names_other_days(said, question):
        return False
    if question.asks_if_any and _LACKS.match(said):
        return False
    if (
        question.words & {"experience", "experiencia", "worked", "trabajado", "coached"}
        and _LIVED.match(said)
        and not _DENIES.search(said)
    ):
        return True
    if question.asks_if_right:
        another = _ANOTHER.fullmatch(said)
        faulty = _FAULTY.search(said) is not None
        return False if faulty or (another and another["value"] not in question.words) else None
    return True if _names_a_thing(said, question) else None


def _names_other_days(said: str, question: Question) -> bool:
    """Tell whether another time than the question's is wanted: "only afternoons", "better Wednesday"."""
    asked = {_DAYISH.fullmatch(word) for word in question.words} - {None}
    theirs = set(_DAYISH.findall(said))
    return bool(asked and theirs and _INSTEAD.search(said)) and not theirs & {found[1] for found in asked if found}


def _names_a_thing(said: str, question: Question) -> bool:
    """Tell whether a reply is no more than the name of what was asked for: "Any allergies?" "To peanuts"."""
    named = said.split()
    return (
        question.asks_for_a_thing
        and 0 < len(named) <= _MAX_THING_WORDS
        and all(word.isalpha() and word not in _NO_THING for word in named)
        and any(len(word) >= _MIN_THING_CHARS for word in named)
    )
