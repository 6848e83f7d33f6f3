"""Read a yes, a no or a "not sure", English and Spanish; a no is looked for before a yes."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

from rapidfuzz.distance import OSA

from flows.answers.context import AnswerContext
from flows.answers.outcome import CERTAIN, GUESS, LIKELY, Ambiguous, Match, NoMatch, Option, Outcome, Reason
from flows.answers.words import core, fold, line, words


def _phrases(*lines: str) -> re.Pattern[str]:
    """Match any of the phrases as whole words, the longest spelling first; an apostrophe may be missing."""
    phrases = sorted((phrase for line in lines for phrase in line.split(", ")), key=len, reverse=True)
    spelled = "|".join(phrases).replace("'", "'?")
    return re.compile(rf"(?<![\w'])(?:{spelled})(?![\w'])")


#: Hold a negation and yet agree; read as "yes" before anything else.
_AGREEING_NEGATIONS: Final = _phrases(
    r"(?:no )?no problems?, no problemo, no prob, np, (?:no )?(?:it's |that's )?not a problem, (?:no )?no worries, nothing would make me happier, not a bad (?:idea|plan), "
    r"(?:no )?(?:i )?(?:don't|do not|wouldn't|would not) mind(?: (?:it|that|at all))?, no doubt(?: about it)?, without a doubt, "
    r"no issues?, no objections?, why not, why wouldn't i, not bad(?: at all)?, can't wait, cannot wait, (?:i )?can hardly wait, can't complain, no big deal, "
    r"wouldn't miss it, no rush, no hurry, nothing wrong, no (?:changes|questions), "
    r"couldn't be better, (?:i )?(?:wouldn't|won't|can't|cannot|could never|couldn't|would never|never) (?:say no|refuse|object|pass (?:it|that|this) up)(?: to (?:that|it|this))?, "
    r"(?:i )?(?:don't|do not|can't) see (?:any (?:reason )?)?why not, no reason not to, not opposed(?: to (?:it|that))?, not against (?:it|that), "
    r"nothing against (?:it|that), (?:i )?(?:couldn't|can't) agree more, no complaints, no sweat, no biggie, no trouble(?: at all)?, never better, "
    r"you don't have to ask(?: me)? twice, no question about it, no arguments? here",
    r"no hay problemas?, sin problemas?, ningun problema, no tengo problemas?, sin duda, no importa, como no, "
    r"por que no, porque no, no lo dudes?, no me lo pierdo, no (?:me )?puedo negar(?:me)?, no puedo decir(?:le|te)? que no, no faltaba mas, no hay de que, no me molesta, "
    r"no (?:hay|tengo|le veo|veo) (?:ningun )?(?:inconveniente|problema|pex|pedo|bronca|pega|lio|reparo), sin (?:ningun )?(?:inconveniente|bronca), no me opongo, "
    r"no veo por ?que no, no (?:le )?(?:digo|diria|dire) que no, no me quejo, no se diga mas, no tengo nada en contra, no cabe duda, ni lo dude, ni dudarlo, nomas digame cuando",
)
_UNSURE: Final = _phrases(
    r"(?:i am |i'm )?(?:not|still not) (?:so |too |very |really |entirely |completely |100 |quite )?(?:sure|certain)(?: yet)?, "
    r"unsure, maybe, may be, could be, (?:not|still not|haven't|i haven't) decided(?: yet)?, still (?:deciding|thinking)(?: about it)?, lemme (?:think|see|check)(?: about it)?, "
    r"(?:(?:let me|lemme|i'll|i will|can i) )?get back to you(?: on (?:that|it))?, no clue, beats me, search me, perhaps, possibly, it depends, that depends, depends, "
    r"(?:i )?(?:don't|do not) know(?: yet)?, idk, dunno, no idea, (?:i )?(?:haven't|have not) decided(?: yet)?, "
    r"(?:i )?can't decide, undecided, (?:i'll|i will|let me|i'll have to|i'd have to|i would have to|i've got to) think(?: about it)?, "
    r"(?:i )?(?:need|have|got|ought) to think(?: about it)?, on the fence, up in the air, who knows, ask me (?:later|again|tomorrow)(?: \w+)?, torn, "
    r"(?:(?:i'll|i will|i'd|i would|let me|gotta|i) )?(?:(?:have|need|got|want) to )?(?:ask|check with|talk (?:to|with)|speak (?:to|with)|consult) (?:my|with|the|our) \w+(?: first)?, "
    r"(?:i )?might(?: be)?, (?:let me|i'll|i will|i have to|i need to|gotta) (?:check|see), we'll see, hard to say, "
    r"50 50, kind of, kinda, sort of, yes and no, what do you think, sometimes, hopefully, if (?:i can|i have time|possible|i'm free)",
    r"(?:no estoy|no estoy muy|no estoy tan) segur[oa], no (?:lo )?se(?! (?:preocup|angusti|apur|diga|molest))(?: todavia| aun)?, todavia no (?:lo )?se, "
    r"aun no (?:lo )?se, nose, quizas?, tal vez, talvez, a lo mejor, (?:eso )?depende, puede ser, puede que si, "
    r"ni si ni no, igual y (?:si|no), no (?:le|te|les) se(?: decir)?, (?:lo )?tengo que pensar(?:lo)?, no me decido, no (?:lo )?he decidido, estoy indecis[oa], lo estoy pensando, estoy pensandolo, ahi veo, ya veremos, "
    r"(?:le|te|les) aviso(?: luego| despues)?, (?:tengo|tendria|necesito|dejame|dejeme|deje|voy a) ?(?:que |a )?(?:le )?(?:pregunt|consult|check|chec|revis|platic|habl)\w*, no sabria(?: decir(?:le|te)?)?, (?:dejame|dejeme|lo voy a|tengo que|voy a) (?:pensar(?:lo)?|ver), "
    r"(?:no tengo )?ni idea, no tengo idea, quien sabe, mas o menos, si y no, a veces, ojala, si (?:dios quiere|tengo tiempo|me da tiempo|se puede|es posible)",
)
_UNSURE_OPENERS: Final = r"(?:well |hmm |um |honestly |pues |bueno |la verdad |yo creo que |i think |i guess )*"

_NO_OPENERS: Final = _phrases(
    r"no+, nop, nope, nah+, naw, nay, n, na, nah uh, nuh uh, negative, never, not, not (?:yet|now|today|really|interested|at all|right now|for now|for me|this time|at the moment), hell no, absolutely not, "
    r"of course not, definitely not, certainly not, probably not, i don't think so, i do not think so, i think not, "
    r"i guess not, i'm afraid not, false, wrong, incorrect, disagree, i disagree, decline, i decline, pass, "
    r"(?:i )?(?:must|gotta|have to|need to) (?:decline|pass|say no), (?:i'm|i am|im) (?:unable|afraid not), unable, count me out, nty, hell nah, heck (?:no|nah), negatory, (?:better|best|prefer|i'd prefer|i'd rather) not, i(?:'ve| have) never, "
    r"hard pass, i'll pass, sure not(?= [|]|$), gonna have to (?:say no|pass|decline), i'll (?:have to )?(?:say no|decline), (?:i'm|i am) good(?! with| to| for| on), i'm all set, i'm set, "
    r"(?:that's|that is) all(?= [|]|$| for now| thank), that's it for now, that will be all, that'll be all, later, "
    r"(?:maybe|perhaps|possibly) (?:later|another|some other|next)(?: time)?, perhaps at a later time, "
    r"some other time, another time, next time, nevermind, never mind, forget (?:it|that), neither, none, nothing, "
    r"unfortunately, rather not, hold (?:on|off|that|up), wait, don't, do not, cancel, stop it, skip, "
    r"sorry(?: but)? (?:no|i can't|i cannot|can't), actually no, oh no, well no, ok no, okay no, yeah no, pero no",
    r"nunca, jamas, nel, ya no, negativo, para nada, de ninguna manera, claro que no, por supuesto que no, ahora no, "
    r"todavia no, aun no, ahorita no, hoy no, (?:yo )?creo que no, me parece que no, mejor no, tampoco, ni modo, "
    r"falso, incorrecto, equivocado, ningun[oa], nada, mas tarde, otro dia, en otro momento, luego, despues, "
    r"olvidalo, lamentablemente, desafortunadamente, lo siento(?: pero)? no, perdon(?: pero)? no, la verdad no, ni hablar, ni de (?:broma|chiste|chance|loc[oa]), nadita, nanay, (?:nombre |no )?como crees?, ni loc[oa], ni pensarlo, en absoluto, nones, que va, "
    r"la verdad que no, pues no, bueno no, yo no",
)
_YES_OPENERS: Final = _phrases(
    r"y, s, ye, yes+, yeas, yees, yea+, yeah+, yeh, yep+, yup+, yas+, ya+, yah, aye, yessir, yezzir, uh huh, uhuh, "
    r"mhm+, mm ?hm+, sure, surely, for sure, fo sho, ok, okay, okey, okie, k, kk, alright, all right, absolutely, "
    r"definitely, totally, certainly, indeed, of course, ofcourse, affirmative, correct, right, exactly, precisely, "
    r"true, agreed?, i agree, confirm(?:ed)?, i confirm, i'm in, "
    r"i'm down, i'm ready, count me in, sign me up, i'd love (?:to|that|it), i'd like (?:that|to help|to volunteer|to try|to join), "
    r"i would love (?:to|that|it), i would like (?:that|to help|to volunteer|to try|to join), i approve, i sure do, love to, gladly, happy to, with pleasure, "
    r"please do(?: so| it)?, do(?= [|]|$), do it, do that, go ahead, go head, go for it, "
    r"let's (?:do|go|try)(?: it| that)?, "
    r"sounds? (?:\w+ )?(?:good|great|right|perfect|fine|correct|awesome|lovely|wonderful|like a plan), "
    r"looks? (?:\w+ )?(?:good|right|great|correct|fine|perfect), works(?: for me| great| perfectly)?, fine, good, "
    r"great, perfect, excellent, awesome, wonderful, fantastic, terrific, cool, lovely, nice, amazing, super, ideal, "
    r"brilliant, beautiful, you got it, you bet, you (?:got|have|'ve got) (?:it|that|everything) right, "
    r"you nailed it, proceed, continue, bet, deal, approved, permission granted, accept, i accept, "
    r"yuppers, yuppie, ya mon, yesh, eys, yse, you know it, say less, ofc, obvi, (?:i'm |i am )?game, consider it done, (?:i'm |i am |im )?on board, i'd be (?:honored|happy|glad|delighted|thrilled|willing)(?: to)?, "
    r"(?:(?:that|it) would|that'd|it'd) be (?:\w+ )?(?:lovely|wonderful|great|fine|nice|perfect|good|awesome|ok|okay|super|cool|fun|helpful), i (?:could|can|would|will|shall) (?:totally |definitely |gladly )?do (?:that|it|this), "
    r"i(?:'ll| will) (?:be there|come|do it|do that|go|help)(?= [|]|$), will do, on it(?= [|]|$), (?:i'm |i am )?(?:so |totally |very )?down(?= [|]|$), i'm afraid so, (?:guess|think|suppose|believe) so, i sure (?:can|will|am|have|would), i say yes, "
    r"i consent, consent, it is, that's (?:me|him|her|us), it's me, this is (?:he|she|me), i (?:think|guess|believe|suppose|hope) so, 10 4, most (?:definitely|certainly), very (?:good|well|much), "
    r"actually yes, oh yes, well yes, got it, that works, it works, t, thumbs up, interested, i'm interested, "
    r"i am interested",
    r"si+, sip+, sep, simon, sipi, seguro, claro, claro que si, por supuesto, desde luego, de acuerdo, dale, vale, va, sale, "
    r"orale, arre, listo, lista, esta (?:muy )?(?:bien|bueno), bien, muy bien, bueno, buenisimo, perfecto, "
    r"excelente, genial, correcto, correcta, exacto, exactamente, cierto, verdad, verdadero, asi es, eso es, "
    r"eso mismo, afirmativo, obvio, obviamente, efectivamente, confirmo, confirmad[oa], acepto, "
    r"con (?:mucho )?gusto, encantad[oa], me (?:encantaria|gustaria|interesa|apunto|parece bien|sirve|queda bien), "
    r"(?:cuenten?|cuente) conmigo, adelante, hagalo, hazlo, okis?, oki, (?:yo )?creo que si, supongo(?: que si)?, "
    r"me imagino que si, de una, pues si, bueno si, la verdad si, ya estoy, yo si, "
    r"lo (?:soy|tengo|hago), si senor[a]?, cuenta conmigo, ta (?:bien|bueno|weno), ahi estare, andale(?: pues)?, aja+, eso(?= [|]|$), asi mero, jalo, le entro, va que va, ya rugiste, cuente con ello",
)
#: Repeat the question's verb: alone a yes, with more words after them hardly more than a guess.
_ECHOES: Final = _phrases(
    r"i (?:do|am|can|will|have(?! to)|would|was|did)(?! not| never| like| love| unable)",
    r"(?:yo )?(?:puedo|quiero|soy|tengo(?! que))",
)
#: After such a verb: a fact that may speak against it, "I am 17", "I have class".
_SPOILS: Final = re.compile(
    r"\d|\b(?:unable|sick|ill|scared|late|old|young|away|out|full|busy|class|classes|work|questions?|trouble|problems?|ocupad[oa]|clases?|trabajo|dudas?)\b"
)
#: Inside a sentence: what agrees when nothing denies.
_YES_INSIDE: Final = _phrases(
    r"yes, yeah, yep, yup, of course, absolutely, definitely, go ahead, sounds good, sounds great, that works, "
    r"works for me, works great, count me in, sign me up, i confirm, i agree, please do, "
    r"i (?:would|'d) (?:love|like) to(?= [|]|$| help| volunteer| try| join), i'd love, i'd (?:love|like) that, love to, happy to, "
    r"(?:is|are|all|that|everything|details?|information|info|was) (?:\w+ ){0,3}?(?:correct|right|perfect|fine|good|great|ok|okay|excellent|ideal|spotless|accurate|awesome|confirmed|lovely|wonderful|true|exactly|cool|it), "
    r"(?:it's|that's|its|thats|they're|this is|that is|it is) (?:\w+ ){0,3}?(?:correct|right|perfect|fine|good|great|ok|okay|excellent|ideal|confirmed|accurate|awesome|wonderful|true|exactly|cool|lovely|it|what i (?:want|wanted|said|need|asked for)), "
    r"that (?:would|will|should) (?:be|do|work), (?:that|it|this) (?:suits|works for) me, it (?:suits|works), "
    r"it (?:would|will) (?:be|do|work), sounds (?:\w+ )?(?:good|great|fine|perfect), "
    r"i'm (?:very |really |so )?(?:in|interested|looking forward|happy|excited|ready), "
    r"i am (?:very |really |so )?(?:interested|happy|excited|ready), i (?:think|guess|believe|suppose) so, "
    r"could you do so, do so, perfectly, you got (?:it|that|everything), i want (?:that|this)(?! for| to| on), good with (?:that|it), i want (?:to|it)(?= [|]|$| help| volunteer| try| join), exactly, precisely, "
    r"correct",
    r"claro, por supuesto, de acuerdo, esta (?:muy )?bien, me (?:encantaria|gustaria|interesa|parece bien), "
    r"con gusto, creo que si, asi es, (?:es|son|esta|todo) (?:correcto|correcta|cierto|verdad|perfecto|bien), "
    r"cuenten? conmigo, perfecto, si quiero, si puedo, que si, correcto, si claro",
)
_NEGATION: Final = _phrases(
    r"no, not, nope, don't, doesn't, didn't, can't, cannot, won't, wouldn't, isn't, aren't, wasn't, haven't, hasn't, "
    r"shouldn't, couldn't, ain't, never, unable, neither, wrong, incorrect, partially, nunca, jamas, tampoco",
)
#: Denies as a whole: the person speaks of themselves or of what was proposed.
_NO_INSIDE: Final = _phrases(
    r"(?:i|we|it|that|this|those|these|they|that's|it's|i'm|you|there) (?:\w+ ){0,2}?(?:not|don't|doesn't|didn't|can't|cannot|won't|wouldn't|isn't|aren't|wasn't|haven't|never|no), "
    r"(?:i'm|that's|it's|am|is|are|was) (?:\w+ )?(?:not|no|wrong|incorrect|unable), "
    r"(?:isn't|aren't|ain't|wasn't|doesn't|don't|won't|can't|cannot), no, nope, not (?:right |for )?now, "
    r"not (?:yet|today|interested|really|at all|this time|at the moment), (?:can|do|will|be) (?:\w+ ){0,2}?later, "
    r"another time, some other time, i'll pass, i will pass",
    r"(?:yo )?(?:no|nunca) (?:\w+ )?(?:puedo|quiero|soy|tengo|estoy|me|creo|es|voy|gracias|he|podria|lo), no, nunca, "
    r"ahora no, todavia no",
)
#: Takes back a yes that stands before it.
_TAKES_BACK: Final = _phrases(
    r"no, nope, not (?:right |for |just |at )?(?:now|yet|today|me|the moment), "
    r"(?:but |do (?:it|that|this) |maybe |perhaps )(?:\w+ ){0,4}?later, but (?:i )?(?:can't|cannot|won't|don't), "
    r"pero (?:ahora |hoy |todavia |aun )?no(?= [|]|$| puedo| quiero| gracias), (?:pero )?(?:mas tarde|despues(?! de)|luego), ahora no, todavia no",
)
#: Wants something else than what was proposed.
_CORRECTION: Final = _phrases(
    r"instead, change (?:it|that|this|the|to|my), changed my (?:mind|plans?), make (?:it|that|this), actually, "
    r"on second thought, rather, mejor, en vez de, en lugar de, cambi(?:a|ar|e|elo|alo), mas bien, en realidad",
)
#: Said without opening the mouth.
_HUMS: Final = (
    (re.compile(r"(?<![\w'])(?:uh[ -]?huh|mm+[ -]?hmm*|um[ -]?hm+|mhm+)(?![\w'])"), "yes"),
    (re.compile(r"(?<![\w'])(?:nuh[ -]?uh|uh[ -]uh)(?![\w'])"), "no"),
)
#: Words of one answer that a wrong letter leaves plain.
_LONG_YES: Final = (
    "definitely", "absolutely", "certainly", "totally", "perfect", "correct", "affirmative", "affirmativo", "exactly", "obviously",
    "perfecto", "correcto", "claro", "seguro", "exacto", "obviamente", "yeah", "sure", "right", "agreed",
)  # fmt: skip
_LONG_NO: Final = ("never", "incorrect", "incorrecto", "negative", "negativo", "nunca", "tampoco")
_MIN_SLIP_CHARS: Final = 5
_TWO_SLIPS_CHARS: Final = 8
#: Under this condition: what follows is the answer.
_CONDITION: Final = re.compile(
    r"(?:if|as long as|even if|unless|mientras|siempre que) [^|]{1,60}? (?=(?:yes|yeah|yep|sure|ok|okay|then yes|of course|no|nope|claro)(?= [|]|$))"
)
#: Said before the answer, whatever it is.
_OPENING: Final = re.compile(
    r"(?:(?:well|um+|hm+|oh|so|honestly|truly|tbh|alright|i mean|like|then|ps|pos|pues|bueno|ay|hijole|fijese que|mire|mira|oiga|joven|la (?:mera )?verdad(?: es que)?|[|]) )+"
)
#: Adds weight and no meaning.
_WEIGHT: Final = re.compile(r"(?<![\w'])(?:honestly|truly|literally|simply|frankly|sinceramente|francamente|tbh|ngl) ")
#: Calms the other; an answer may follow.
_CALMING: Final = re.compile(
    r"(?:don'?t (?:worry|you worry)(?: about (?:it|a thing|that))?|no (?:se|te) (?:preocupen?|apuren?|apures|preocupes|angustien?))(?: [|])? (?=\w)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """What was decided on the strength of which stretch; ``both`` when a yes and a no stand against each other."""

    value: bool | None
    start: int
    end: int
    confidence: float = CERTAIN
    both: bool = False


def read_yes_no(text: str, context: AnswerContext) -> Outcome:
    """Read whether the person agrees; the value is true, false or, for "not sure", none."""
    if context.tap in ("yes", "no"):
        return Match(value=context.tap == "yes", span=(0, len(text)))
    reply = fold(text)
    for pattern, word in _HUMS:
        reply = reply.replaced([(f.start(), f.end(), word) for f in pattern.finditer(reply.text)])
    said = core(words(reply))
    if not said:
        return _only_courtesy(text)
    joined = line(reply, said)
    joined = joined.replaced([(f.start(), f.end(), "") for f in _WEIGHT.finditer(joined.text)])
    agreeing = joined.replaced([(f.start(), f.end(), "yes") for f in _AGREEING_NEGATIONS.finditer(joined.text)])
    reading = _decide(agreeing.text) or _misspelt(agreeing.text)
    if reading is None:
        return NoMatch(reason=Reason.NOT_UNDERSTOOD)
    if reading.both:
        options = tuple(Option(value=value, label={"yes_no": value}) for value in (True, False))
        return Ambiguous(options=options, reason=Reason.YES_AND_NO)
    return Match(
        value=reading.value,
        span=agreeing.span(reading.start, reading.end),
        confidence=reading.confidence,
        rest=agreeing.rest(reading.start, reading.end),
    )


def _misspelt(said: str) -> _Reading | None:
    """Read a single long word that is nearly a yes or a no."""
    if len(said) < _MIN_SLIP_CHARS or not said.isalpha():
        return None
    for names, value in ((_LONG_YES, True), (_LONG_NO, False)):
        if any(OSA.distance(said, name) <= 1 + (len(name) > _TWO_SLIPS_CHARS) for name in names):
            return _Reading(value=value, start=0, end=len(said), confidence=GUESS)
    return None


def _only_courtesy(text: str) -> Outcome:
    """Read "please" as a yes: it asks for what was offered; "thanks" alone may decline."""
    reply = fold(text)
    asked = re.search(r"\b(?:please|pls|plz|por favor|porfavor|porfa)\b", reply.text)
    if asked:
        return Match(value=True, span=reply.span(*asked.span()), confidence=GUESS)
    return NoMatch(reason=Reason.NOT_UNDERSTOOD if reply.text else Reason.EMPTY)


def _decide(said: str) -> _Reading | None:
    """Read the first sentence, or, when that is no answer, the one after it that is nothing but one."""
    leading = _CALMING.match(said) or _CONDITION.match(said)
    reading = _decided(said, leading.end() if leading else 0)
    if reading is None and (opening := _OPENING.match(said)):
        reading = _decided(said, opening.end())
    if reading is not None:
        return reading
    for place in re.finditer(r" [|] (?=([^|]*?)(?: [|]|$))", said):
        for pattern, value in ((_UNSURE, None), (_NO_OPENERS, False), (_YES_OPENERS, True)):
            if pattern.fullmatch(place[1]):
                return _Reading(value=value, start=place.start(1), end=place.end(1), confidence=LIKELY)
    return None


def _decided(said: str, start: int) -> _Reading | None:
    if start:
        reading = _decided(said[start:], 0)
        return reading and replace(reading, start=reading.start + start, end=reading.end + start)
    unsure = re.compile(_UNSURE_OPENERS).match(said)
    start = unsure.end() if unsure else 0
    opens_no = _NO_OPENERS.match(said)
    opens_yes = _YES_OPENERS.match(said)
    found_unsure = _UNSURE.match(said, start)
    if found_unsure and not (opens_no and opens_no.end() >= found_unsure.end()):
        return _unless_later(said, found_unsure)
    if opens_no:
        return _no_first(said, opens_no)
    if opens_yes:
        return _yes_first(said, opens_yes)
    echo = _ECHOES.match(said)
    if echo:
        return _echoed(said, echo)
    return _inside(said)


def _echoed(said: str, echo: re.Match[str]) -> _Reading | None:
    sentence = said[echo.end() :].split(" | ")[0]
    if _SPOILS.search(sentence) or _NO_INSIDE.search(sentence):
        return None
    return _Reading(value=True, start=echo.start(), end=echo.end(), confidence=GUESS if sentence else CERTAIN)


def _unless_later(said: str, unsure: re.Match[str]) -> _Reading:
    """Read "maybe later" as a no, any other maybe as unsure."""
    later = re.match(
        r"(?: \w+){0,3} (?:later|another time|some other time|mas tarde|despues|otro dia)\b", said[unsure.end() :]
    )
    if later:
        return _Reading(value=False, start=unsure.start(), end=unsure.end() + later.end(), confidence=LIKELY)
    return _Reading(value=None, start=unsure.start(), end=unsure.end())


def _no_first(said: str, opens: re.Match[str]) -> _Reading:
    after = re.match(
        r"(?: \| | )(?:(?:wait|espera|perdon|sorry|i mean|digo|actually|no|\|) )*(?:yes|yeah|yep|si|claro que si|por supuesto que si|i'd love to|i would love to|of course(?! not)|sure)(?= |$)",
        said[opens.end() :],
    )
    if after:
        return _Reading(value=None, start=0, end=len(said), both=True)
    return _Reading(value=False, start=opens.start(), end=opens.end())


def _yes_first(said: str, opens: re.Match[str]) -> _Reading:
    sentence = said[opens.end() :].replace(" | but ", " but ").replace(" | pero ", " pero ").split(" | ")[0]
    taken_back = _TAKES_BACK.search(sentence)
    if taken_back is not None and not _negates_a_thing(sentence, taken_back):
        return _Reading(value=None, start=0, end=len(said), both=True)
    second = said[opens.end() :].split(" | ")[1:2]
    if second and _NO_OPENERS.fullmatch(
        re.sub(r"^(?:wait|actually|sorry|perdon|digo|espere?|oh|i mean) (?=\w)", "", second[0])
    ):
        return _Reading(value=None, start=0, end=len(said), both=True)
    return _Reading(value=True, start=opens.start(), end=opens.end())


def _negates_a_thing(sentence: str, found: re.Match[str]) -> bool:
    """Tell whether a "no" speaks of a thing that follows: "yes, no subtitles"."""
    return found[0] == "no" and re.match(r" [a-z]+", sentence[found.end() :]) is not None


#: Opens a question of one's own.
_ASKS: Final = re.compile(
    r"(?:what|when|where|who|which|how (?:much|many|long|far|often)|cuando|donde|quien|cual|cuant[oa]s?) (?:\w+ ){0,3}\w+(?= [|]|$)"
)


def _inside(said: str) -> _Reading | None:
    first = said.split(" | ")[0]
    if _ASKS.match(said):
        return None
    no = _NO_INSIDE.search(first)
    if no:
        return _Reading(value=False, start=no.start(), end=no.end(), confidence=LIKELY)
    unsure = _UNSURE.search(said)
    if unsure:
        return _Reading(value=None, start=unsure.start(), end=unsure.end(), confidence=LIKELY)
    correction = _CORRECTION.search(said)
    yes = _YES_INSIDE.search(said)
    if yes and not correction and not _NEGATION.search(said[: yes.end()]):
        return _Reading(value=True, start=yes.start(), end=yes.end(), confidence=LIKELY)
    if correction and not yes:
        return _Reading(value=False, start=correction.start(), end=correction.end(), confidence=GUESS)
    return None
