"""What people say for yes, no and not sure, English and Spanish, as patterns."""

from __future__ import annotations

import re
from typing import Final


def _phrases(*lines: str) -> re.Pattern[str]:
    """Match any of the phrases as whole words, the longest spelling first; an apostrophe may be missing."""
    phrases = sorted((phrase for line in lines for phrase in line.split(", ")), key=len, reverse=True)
    spelled = "|".join(phrases).replace("'", "'?")
    return re.compile(rf"(?<![\w'])(?:{spelled})(?![\w'])")


#: Hold a negation and yet agree; read as "yes" before anything else.
AGREEING_NEGATIONS: Final = _phrases(
    r"(?:i )?wouldn't (?:have|want|do) it any other way, (?:i )?(?:don't|do not|can't) see (?:any (?:reason )?)?why i (?:couldn't|wouldn't|can't|shouldn't)(?: \w+)?, (?:i )?(?:don't|do not|wouldn't) have (?:a|any) (?:problems?|issues?|objections?|trouble|concerns?)(?: (?:with (?:it|that|this|any of (?:it|that))|doing (?:it|that|so)))?, i have no (?:problems?|issues?|objections?)(?: (?:with (?:it|that|this)|doing (?:it|that|so)))?, (?:i'd|i would) be (?:a fool|crazy|silly) not to, without (?:question|hesitation|fail), (?:no )?no problems?, no problemo, no prob, np, (?:no )?(?:it's |that's )?not a problem, (?:no )?no worries, nothing would make me happier, not a bad (?:idea|plan), "
    r"(?:no )?(?:i )?(?:don't|do not|wouldn't|would not) mind(?: (?:it|that|at all))?, no doubt(?: about it)?, without a doubt, "
    r"no issues?, no objections?, why not, why wouldn't i, not bad(?: at all)?, can't wait, cannot wait, (?:i )?can hardly wait, can't complain, no big deal, "
    r"wouldn't miss it, no rush, no hurry, nothing wrong, no (?:changes|questions), "
    r"couldn't be better, (?:i )?(?:wouldn't|won't|can't|cannot|could never|couldn't|would never|never) (?:say no|refuse|object|pass (?:it|that|this) up)(?: to (?:that|it|this))?, "
    r"(?:i )?(?:don't|do not|can't) see (?:any (?:reason )?)?why not, no reason not to, not opposed(?: to (?:it|that))?, not against (?:it|that), "
    r"nothing against (?:it|that), (?:i )?(?:couldn't|can't) agree more, no complaints, no sweat, no biggie, no trouble(?: at all)?, never better, "
    r"you don't have to ask(?: me)? twice, no question about it, no arguments? here",
    r"no hay problemas?, sin problemas?, ningun problema, no tengo problemas?, sin duda, a poco no, no importa, como no, "
    r"por que no, porque no, no lo dudes?, no me lo pierdo, no (?:me )?puedo negar(?:me)?, no puedo decir(?:le|te)? que no, no faltaba mas, no hay de que, no me molesta, "
    r"no (?:hay|tengo|le veo|veo) (?:ningun )?(?:inconveniente|problema|pex|pedo|bronca|pega|lio|reparo), sin (?:ningun )?(?:inconveniente|bronca), no me opongo, "
    r"no veo por ?que no, no (?:le )?(?:digo|diria|dire) que no, no me quejo, no se diga mas, no tengo nada en contra, no cabe duda, ni lo dude, ni dudarlo, no ?mas (?:digame|diga|digan|diganme)(?: cuando| donde| como)?",
)
UNSURE: Final = _phrases(
    r"(?:i am |i'm )?(?:not|still not) (?:so |too |very |really |entirely |completely |100 |quite )?(?:sure|certain)(?: yet)?, "
    r"unsure, maybe, may be, could be, (?:not|still not|haven't|i haven't) decided(?: yet)?, still (?:deciding|thinking)(?: about it)?, lemme (?:think|see|check)(?: about it)?, "
    r"(?:(?:let me|lemme|i'll|i will|can i) )?get back to you(?: on (?:that|it))?, no clue, (?:can i )?tell you later, need to see, who can say, a ver(?= [|]|$), (?:deja(?:me)?|deje(?:me)?) (?:lo )?(?:checo|veo|reviso|pienso|pregunto), beats me, search me, perhaps, possibly, it depends, that depends, depends, "
    r"(?:i )?(?:honestly |really )?can'?t (?:remember|recall), (?:i )?(?:\w+ly |just |still |honestly )?(?:don't|do not|wouldn't|couldn't) (?:\w+ly |even )?(?:know|be sure|recall|remember)(?: yet)?, (?:i )?(?:can't|cannot|couldn't) (?:really |quite |honestly )?(?:remember|recall|say(?! no)|tell|commit|promise)(?: yet| right now| for sure| anything)?, (?:could|can) go either way, (?:still )?figuring (?:it )?out, idk, dunno, no idea, (?:i )?(?:haven't|have not) decided(?: yet)?, "
    r"(?:i )?can't decide, undecided, (?:i'll|i will|let me|i'll have to|i'd have to|i would have to|i've got to) think(?: about it)?, "
    r"(?:i )?(?:need|have|got|ought) to think(?: about it)?, on the fence, up in the air, who knows, ask me (?:later|again|tomorrow)(?: \w+)?, torn, "
    r"(?:(?:i'll|i will|i'd|i would|let me|gotta|i) )?(?:(?:have|need|got|want) to )?(?:ask|check with|talk (?:to|with)|speak (?:to|with)|consult) (?:my|with|the|our) \w+(?: first)?, "
    r"(?:i )?might(?: be)?, (?:let me|i'll|i will|i have to|i need to|gotta) (?:check|see), we'll see, hard to say, "
    r"50 50, i'?ll let you know(?: later| soon| tomorrow)?, let you know(?: later)?, tbd, to be determined, prolly, probably(?= [|]|$), (?:still )?waiting (?:on|to hear) [^|]{1,30}, need more (?:info|information|details|time), kind of, kinda, sort of, yes and no, what do you think, sometimes, hopefully, if (?:i can|i have time|possible|i'm free)",
    r"(?:todavia |aun |ahorita |pues |la verdad |realmente )*(?:no estoy|no estoy muy|no estoy tan|no estamos) segur[oa]s?, no (?:le|te|les) sabria decir, no (?:lo )?se(?! (?:va|puede|pudo|podria|podra|pueda|me|te|le|les|nos|hace|hizo|trata|acepta|siente|pierde|preocup|angusti|apur|diga|molest))(?: todavia| aun)?, todavia no (?:lo )?se, "
    r"aun no (?:lo )?se, nose, quizas?, tal vez, talvez, a lo mejor, (?:eso )?depende, puede ser, puede que si, "
    r"(?:luego|despues|al rato|mas tarde|manana) (?:le|te|les|lo) (?:digo|aviso|confirmo|contesto|checo|veo|llamo|hablo), (?:le|te|les) (?:digo|confirmo|contesto|aviso)(?: luego| despues| al rato| mas tarde| manana), ni si ni no, igual y (?:si|no), no (?:le|te|les) se(?: decir)?, (?:lo )?tengo que pensar(?:lo)?, no me decido, no (?:lo )?he decidido, estoy indecis[oa], lo estoy pensando, estoy pensandolo, ahi veo, ya veremos, "
    r"(?:le|te|les) aviso(?: luego| despues)?, (?:tengo|tendria|necesito|dejame|dejeme|deje|voy a) ?(?:que |a )?(?:le )?(?:pregunt|consult|check|chec|revis|platic|habl)\w*, no sabria(?: decir(?:le|te)?)?, (?:dejame|dejeme|lo voy a|tengo que|voy a) (?:pensar(?:lo)?|ver), "
    r"(?:no tengo )?ni idea, no tengo idea, quien sabe, mas o menos, si y no, a veces, ojala, si (?:dios quiere|tengo tiempo|me da tiempo|se puede|es posible)",
)
UNSURE_OPENERS: Final = r"(?:well |hmm |um |honestly |pues |bueno |la verdad |yo creo que |i think |i guess )*"

NO_OPENERS: Final = _phrases(
    r"i (?:most certainly|certainly|sure|definitely|absolutely) (?:do|am|can|will|would|have|did)(?:n't| not), sure (?:don't|do not|can't|won't|ain't|isn't|didn't|doesn't)(?= [|]|$), impossible, (?:i think |i guess |i believe |think )(?:i'm|i am|im|we're) (?:good|all set|fine)(?= [|]|$| thanks), 100 (?:percent )?no, fat chance, out of the question, (?:i'm |i am |im )?against (?:it|that|this), i object, (?:i )?have (?:a|some) (?:problem|issue)s? with (?:it|that|this), (?:i'd |i would |i )?prefer (?:something|another|a different) \w+, over my dead body, when (?:pigs|hell) \w+(?: over)?, in your dreams, dream on, you got (?:it|that) (?:all )?(?:wrong|backwards|mixed up), no+, nop+, nelson, naranjas, noup+, nopi, nope+, nah+, naw+, nay, (?:no )*(?:yeah|yea|yah|ya|oh) (?:no+|nah+|naw+), nuh, nuhuh, n, na, nah uh, nuh uh, negative, never, not, not (?:yet|now|today|really|interested|at all|right now|for now|for me|this time|at the moment), hell no, absolutely not, "
    r"of course not, definitely not, certainly not, probably not, i don't think so, i do not think so, i think not, "
    r"i guess not, i'm afraid not, false, wrong, incorrect, disagree, i disagree, decline, i decline, pass, "
    r"(?:i )?(?:must|gotta|have to|need to) (?:decline|pass|say no), (?:i'm|i am|im) (?:unable|afraid not), unable, count me out, nty, i pass, (?:pero )?paso, hell nah, heck (?:no|nah), negatory, (?:better|best|prefer|i'd prefer|i'd rather) not, i(?:'ve| have) never, "
    r"hard pass, i'll pass, sure not(?= [|]|$), gonna have to (?:say no|pass|decline), i'll (?:have to )?(?:say no|decline), (?:i'm|i am) good(?! with| to| for| on), i'm all set, i'm set, "
    r"(?:that's|that is) all(?= [|]|$| for now| thank), that's it for now, that will be all, that'll be all, later(?! (?:i|ill|i'll|let)(?= |$)), "
    r"(?:maybe|perhaps|possibly) (?:later|another|some other|next)(?: time)?, perhaps at a later time, "
    r"some other time, another time, next time, nevermind, never mind, forget (?:it|that), neither, none, nothing, "
    r"unfortunately, rather not, hold (?:on|off|that|up), wait, don't, do not, cancel, stop it, skip, "
    r"(?:i |we )?(?:haven't|hasn't|didn't|haven't)(?: yet)?(?= [|]|$), sorry(?: but)? (?:no|i can't|i cannot|can't), actually no, oh no, well no, ok no, okay no, yeah no, pero no",
    r"imposible, en lo absoluto, (?:asi estoy|estoy asi|asi estamos) bien, (?:va a estar|esta|estaria|sera|se ve) (?:muy |medio |bien )?(?:dificil|complicad[oa]|imposible), (?:ahorita|por ahora|por el momento|hasta ahora|hasta ahorita) (?:no|ningun[oa]?|nada), olvidel[oa]s?, dejel[oa](?: asi)?, dejal[oa](?: asi)?(?= [|]|$), saqueme(?: de \w+)?(?= [|]|$), nunca, jamas, nel(?: pastel)?, siempre no, (?:obvio|obviamente|seguro|seguramente|pos|ay|uy|uh|oh|que|definitivamente|absolutamente|en definitiva|desde luego|digo|clarisimo) (?:que )?no+, no+p, ya no, negativo, para nada, de ninguna manera, claro que no, por supuesto que no, ahora no, "
    r"todavia no, aun no, ahorita no, hoy no, (?:yo )?creo que no, me parece que no, mejor no, tampoco, ni modo, "
    r"falso, incorrecto, equivocado, ningun[oa], nada, mas tarde, otro dia, en otro momento, (?:luego|despues)(?! (?:le|te|les|lo)(?= )), "
    r"olvidalo, lamentablemente, desafortunadamente, lo siento(?: pero)? no, perdon(?: pero)? no, la verdad no, ni hablar, ni de (?:broma|chiste|chance|loc[oa]), nadita, nanay, (?:nombre |no )?como crees?, ni (?!idea|si |si$|lo dude|dudarlo|hablar que|que |se diga|tan |tanto)\w+(?: \w+){0,3}(?= [|]|$), en absoluto, nones, que va, "
    r"la verdad que no, pues no, bueno no, yo no",
)
YES_OPENERS: Final = _phrases(
    r"count on (?:us|me), i'?d say so, that's the one, any ?time(?= [|]|$), whenever you (?:need|want)(?: me| us)?, still (?:do|am|is|are|have|can|will|does)(?= [|]|$), (?:i'll|we'll|i will|we will|i can|we can|i'd) make it (?:work|happen)(?= [|]|$| for), any ?(?:day|time|hour) (?:works|is fine|is good)(?: for me)?, either (?:works|is fine|one)(?: for me)?, (?:happily|eagerly|willingly)(?= [|]|$), (?:this|that|it) (?:works|suits|does it)(?: (?:for )?me| fine| great)?, put (?:me|us) down(?: as a yes| for (?:it|that|this))?(?= [|]|$), sign us up, let me do (?:it|this|that), (?:i'd be |i would be |i'm |i am |im )?(?:totally |so )?up for (?:it|that|this|anything), that's my (?:name|number|email|zip|address|birthday), easily, (?:i )?(?:think|believe|guess|suppose|hope|know) i (?:can|could|do|am|will|would|have|should|did)(?= [|]|$), understood, noted, gotcha, speaking(?= [|]|$), you know (?:i|it|that)(?: (?:will|am|can|do|would|is))?(?= [|]|$), (?:it|that|they|he|she|this) (?:does|will|can|would|has|did|are|do)(?= [|]|$), more than (?:happy|willing|glad)(?: to)?, y, s, ye, yh+, fs, def, defo, deffo, defs, definitly, yus, yee+, yeet, yessum, yes+ir+, by all means, roger(?: that)?, copy that, ten four, keep going, carry on, would love (?:to|that|it), w(?:ould|'d) be (?:glad|happy|delighted|honored) to, (?:i am |i'm |im )?(?:so |totally |very )?down (?:for|with) (?:this|it|that|whatever), see you (?:there|then|soon), see ya(?: there| then)?, as always, always(?= [|]|$), true that, word(?= [|]|$), facts(?= [|]|$), yes+, yeas, yees, yea+, yeah+, yeh, yep+, yup+, yas+, ya+(?! (?:me )?(?:gradue|jubile|retire|mude|sali|renuncie|deje|vendi)), yah, aye, yessir, yezzir, uh huh, uhuh, "
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
    r"brilliant, beautiful, you got it(?! (?:all )?(?:wrong|backwards|mixed|twisted|confused)), you bet, you (?:got|have|'ve got) (?:it|that|everything) right, "
    r"you nailed it, proceed, continue, bet, deal, approved, permission granted, accept, i accept, "
    r"totes, you betcha, betcha, that is (?:me|him|her), i reckon(?: so)?, i suppose(?= [|]|$), it sure is, i (?:most certainly|sure|certainly|definitely|absolutely) (?:do|am|can|will|would|have|did)(?! not|n't), 100(?: percent)?(?! (?:no|not)(?= |$)), yuppers, yuppie, ya mon, yesh, eys, yse, you know it, say less, ofc, obvi, (?:i'm |i am )?game, consider it done, (?:i'm |i am |im )?on board, i'd be (?:honored|happy|glad|delighted|thrilled|willing)(?: to)?, "
    r"(?:(?:that|it) would|that'd|it'd) be (?:\w+ )?(?:lovely|wonderful|great|fine|nice|perfect|good|awesome|ok|okay|super|cool|fun|helpful), i (?:could|can|would|will|shall) (?:totally |definitely |gladly )?do (?:that|it|this), "
    r"i(?:'ll| will) (?:be there|come|do it|do that|go|help)(?= [|]|$), will do, on it(?= [|]|$), (?:i'm |i am )?(?:so |totally |very )?down(?= [|]|$), i'm afraid so, (?:guess|think|suppose|believe) so, i sure (?:can|will|am|have|would), i say yes, "
    r"i consent, consent, it is(?! (?:partially|almost|only|partly|nearly)), that's (?:me|him|her|us), it's me, this is (?:he|she|me), i (?:think|guess|believe|suppose|hope) so, 10 4, most (?:definitely|certainly), very (?:good|well|much), "
    r"actually yes, oh yes, well yes, got it, that works, it works, t, thumbs up, interested, i'm interested, "
    r"i am interested",
    r"tambien(?= [|]|$), a (?:la orden|sus ordenes)(?= [|]|$), lo que (?:usted|ustedes|uds?) (?:diga|digan|guste|gusten), (?:estoy )?(?:puest[oa]|puestisim[oa])(?= [|]|$), (?:cuente|cuenten) con (?:nosotros|nosotras), eso que ni que, andamos(?= [|]|$), (?:ahi|yo) le (?:doy|entro|hago), sin pensarlo(?: dos veces)?, me late(?= [|]|$), suena (?:muy )?(?:bien|padre|genial|perfecto|excelente|chido|interesante|bueno), de fijo, fija(?= [|]|$), (?:pong|apunt|anot)(?:a|e)me (?:en|para|ahi) (?:\w+ ?){1,3}, con todo (?:el |mi )?(?:corazon|gusto|amor), (?:apunt|anot|registr)(?:eme|enme|ame), inscrib(?:ame|anme|eme), facilmente, yo (?:mer[oa]|merit[oa]|mism[oa])(?= [|]|$), creo que (?:puedo|podria|tengo)(?= [|]|$), segurisim[oa], clarisimo, totalmente, completamente, absolutamente, definitivamente, ciertamente, sin falta, tengalo por seguro, delo por hecho, dalo por hecho, por su pollo, entendid[oa], enterad[oa], comprendido, anotado, (?:ella|el) (?:habla|mism[oa])(?= [|]|$), con (?:ella|el)(?: habla| mism[oa])?(?= [|]|$), (?:la|el) mism[oa](?= [|]|$), soy yo(?= [|]|$), si+, sip+, sep, s[iy]p, zi, a huevo, siempre(?= [|]|$), venga(?: ya)?, (?:ahi|alli|alla) (?:nos vemos|estamos|estare|estaremos), nos vemos (?:ahi|alla|alli|entonces), ya estas, ya vas, ya que(?= [|]|$), claro que yes, simona?, fierro, jale, sobres, chido, a darle, con confianza, cuando guste, hecho(?= [|]|$), hagamoslo, ya estuvo, ni hablar que si, como de que no, faltaba mas, por su?puesto que si, encantad[oa] de la vida, simon, sipi, seguro, claro, claro que si, por supuesto, desde luego, de acuerdo, dale, vale(?! la pena| mas), va(?! a (?!que))(?= |$), sale(?! a | tarde| mal| muy), "
    r"orale, arre, listo, lista, esta (?:muy )?(?:bien|bueno), bien, muy bien, bueno, buenisimo, perfecto, "
    r"excelente, genial, correcto, correcta, exacto, exactamente, cierto, verdad, verdadero, asi es, eso es, "
    r"eso mismo, afirmativo, obvio, obviamente, efectivamente, confirmo, confirmad[oa], acepto, "
    r"con (?:mucho )?gusto, encantad[oa], me (?:encantaria|gustaria|interesa|apunto|parece bien|sirve|queda bien), "
    r"(?:cuenten?|cuente) conmigo, adelante, hagalo, hazlo, okis?, oki, (?:yo )?creo que si, supongo(?: que si)?, "
    r"me imagino que si, de una, pues si, bueno si, la verdad si, ya estoy, yo si, "
    r"lo (?:soy|tengo|hago), si senor[a]?, cuenta conmigo, ta (?:bien|bueno|weno), eso mero, con todo gusto, ahi estare, andale(?: pues)?, aja+, eso(?= [|]|$), asi mero, jalo, le entro, va que va, ya rugiste, cuente con ello",
)
#: Repeat the question's verb: alone a yes, with more words after them hardly more than a guess.
ECHOES: Final = _phrases(
    r"(?:i|we) (?:do|are|am|can|will|have(?! to)|would|was|were|did)(?! not| never| like| love| unable)",
    r"(?:yo )?(?:puedo|quiero|soy|tengo(?! que))",
)
#: After such a verb: a fact that may speak against it, "I am 17", "I have class".
SPOILS: Final = re.compile(
    r"\d|\b(?:unable|sick|ill|(?:su|her|his|their|your) \w+|hermana|hermano|mama|papa|esposa|esposo|hij[oa]|sister|brother|mother|father|mom|dad|wife|husband|daughter|son|scared|late|old|young|away|out|full|busy|class|classes|work|questions?|trouble|problems?|ocupad[oa]|clases?|trabajo|dudas?)\b"
)
#: Inside a sentence: what agrees when nothing denies.
YES_INSIDE: Final = _phrases(
    r"\w{3,12}'s (?:\w+ )?(?:fine|good|great|perfect|ok|okay|cool|correct|right), yes, yeah, yep, yup, of course, absolutely, definitely, go ahead, sounds good, sounds great, that works, (?:i'm|i am|im|we're) (?:\w+ly )?(?:ok|okay|fine|good|cool|comfortable|happy|alright) with, "
    r"works for me, works great, count me in, sign me up, i confirm, i agree, please do, "
    r"i (?:would|'d) (?:love|like) to(?= [|]|$| help| volunteer| try| join), i'd love, i'd (?:love|like) that, love to, happy to, "
    r"(?:is|are|all|that|everything|details?|information|info|was|checks|lines) (?:\w+ ){0,3}?(?:correct|out|up|right|perfect|fine|good|great|ok|okay|excellent|ideal|spotless|accurate|awesome|confirmed|lovely|wonderful|true|exactly|cool|it), "
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
NEGATION: Final = _phrases(
    r"no, not, nope, don't, doesn't, didn't, can't, cannot, won't, wouldn't, isn't, aren't, wasn't, haven't, hasn't, "
    r"shouldn't, couldn't, ain't, never, unable, neither, wrong, incorrect, partially, nunca, jamas, tampoco",
)
#: Leads to what is yet to be found out: "I want to make sure it is fine".
CHECKS: Final = re.compile(r"(?<!\w)(?:make sure|whether|see if|know if|wonder(?:ing)?|if)(?!\w)")
#: Agrees under a condition: "as long as I can bring my son".
PROVIDED: Final = re.compile(
    r"(?:as long as|so long as|provided(?: that)?|siempre y cuando|siempre que|mientras(?: que)?) \w+ \w+"
)
#: Which question a repeated verb answers.
VERB_OF_QUESTION: Final = {
    "have": {"have", "has", "had"}, "am": {"are"}, "are": {"are"}, "do": {"do", "does"}, "can": {"can", "could", "able"}, "will": {"will", "would", "can", "could"},
    "would": {"would"}, "was": {"was", "were"}, "were": {"were"}, "did": {"did"}, "tengo": {"tiene", "tienen"}, "soy": {"es", "son"},
    "puedo": {"puede", "pueden", "podria", "podra"}, "quiero": {"quiere", "quieren", "quisiera", "gustaria"},
}  # fmt: skip
#: Denies as a whole: the person speaks of themselves or of what was proposed.
NO_INSIDE: Final = _phrases(
    r"(?:i|we|it|that|this|those|these|they|that's|it's|i'm|you|there) (?:\w+ ){0,2}?(?:not|don't|doesn't|didn't|can't|cannot|won't|wouldn't|isn't|aren't|wasn't|haven't|never|no), "
    r"(?:i'm|that's|it's|am|is|are|was) (?:\w+ )?(?:not|no|wrong|incorrect|unable), "
    r"(?:have to|need to|must|going to|gonna|gotta|will|i'll) (?:\w+ )?(?:decline|pass(?! by| through| the| along| out)|say no|bail|sit this (?:one )?out|turn (?:it|this|that) down), (?:haven't|hasn't|didn't|couldn't|wouldn't|isn't|aren't|ain't|wasn't|doesn't|don't|won't|can't|cannot), no, nope, not (?:right |for )?now, "
    r"not (?:yet|today|interested|really|at all|this time|at the moment), (?:can|do|will|be) (?:\w+ ){0,2}?later, "
    r"another time, some other time, i'll pass, i will pass",
    r"se me (?:complica|dificulta|hace (?:muy )?(?:dificil|imposible)), (?:yo )?(?:no|nunca) (?:\w+ )?(?:puedo|quiero|soy|tengo|estoy|me|creo|es|voy|gracias|he|podria|lo), no, nunca, "
    r"ahora no, todavia no",
)
#: Takes back a yes that stands before it.
TAKES_BACK: Final = _phrases(
    r"no, nope, not (?:right |for |just |at )?(?:now|yet|today|me|the moment), "
    r"(?:but |do (?:it|that|this) |maybe |perhaps )(?:\w+ ){0,4}?later, but (?:i )?(?:can't|cannot|won't|don't), "
    r"pero (?:ahora |hoy |todavia |aun )?no(?= [|]|$| puedo| quiero| gracias), (?:pero )?(?:mas tarde|despues(?! de)|luego), ahora no, todavia no",
)
#: Wants something else than what was proposed.
CORRECTION: Final = _phrases(
    r"instead, change (?:it|that|this|the|to|my), changed my (?:mind|plans?), make (?:it|that|this), actually, "
    r"on second thought, rather, mejor, en vez de, en lugar de, cambi(?:a|ar|e|elo|alo), mas bien, en realidad",
)
#: Said without opening the mouth.
HUMS: Final = (
    (re.compile(r"(?<![\w'])(?:uh[ -]?huh|mm+[ -]?hmm*|um[ -]?hm+|mhm+)(?![\w'])"), "yes"),
    (re.compile(r"(?<![\w'])(?:nuh[ -]?uh|uh[ -]uh)(?![\w'])"), "no"),
)
#: Words of one answer that a wrong letter leaves plain.
LONG_YES: Final = (
    "definitely", "absolutely", "certainly", "totally", "perfect", "correct", "affirmative", "affirmativo", "exactly", "obviously",
    "perfecto", "correcto", "claro", "seguro", "exacto", "obviamente", "yeah", "sure", "right", "agreed",
)  # fmt: skip
LONG_NO: Final = ("never", "incorrect", "incorrecto", "negative", "negativo", "nunca", "tampoco")
MIN_SLIP_CHARS: Final = 5
TWO_SLIPS_CHARS: Final = 8
#: Under this condition: what follows is the answer.
CONDITION: Final = re.compile(
    r"(?:if|as long as|even if|unless|mientras|siempre que) [^|]{1,60}? (?=(?:yes|yeah|yep|sure|ok|okay|then yes|of course|no|nope|claro)(?= [|]|$))"
)
#: Said before the answer, whatever it is.
OPENING: Final = re.compile(
    r"(?:(?:well|m|eh|ehh|um+|hm+|oh|so|honestly|truly|tbh|alright|i mean|like|then|ps|pos|pues|bueno|ay|uy|la neta|on second thoughts?|now that i think about it|pensandolo bien|ahora que lo pienso|(?:mi|la) respuesta es|(?:my|the) answer is|(?:yo )?(?:digo|diria|dire) que|hijole|fijese que|mire|mira|oiga|joven|la (?:mera )?verdad(?: es que)?|[|]) )+"
)
#: Adds weight and no meaning.
WEIGHT: Final = re.compile(r"(?<![\w'])(?:honestly|truly|literally|simply|frankly|sinceramente|francamente|tbh|ngl) ")
#: Calms the other; an answer may follow.
CALMING: Final = re.compile(
    r"(?:don'?t (?:worry|you worry)(?: about (?:it|a thing|that))?|no (?:se|te) (?:preocupen?|apuren?|apures|preocupes|angustien?))(?: [|])? (?=\w)"
)
#: A "sí" whose accent tells that it is no "if": "sí se puede".
ACCENTED_YES: Final = re.compile(r"s(?:í|i\u0301) (?:se puede|es posible|tengo tiempo|me da tiempo)", re.IGNORECASE)
#: What a longer sentence comes to: "I have never had trouble with that, so yes".
CONCLUDED: Final = re.compile(
    r"(?<!\bthink)(?<!\bguess)(?<!\bsuppose)(?<!\bbelieve)(?<!\bhope) (?:so|then|asi que|entonces|por eso) (?P<answer>yes|yeah|yep|no|nope|si)$"
)
_MARKS_OF_MENDING: Final = r"(?:[ |]+(?:no|oh|oops|ay|uy|yo|es))*(?:[ |]+(?:wait|i mean|i meant|meant|digo|quise decir|queria decir|perdon|actually|sorry|espere?|correction|scratch that|make that|mejor dicho|mas bien))+[ |]+"
#: Said right after a no, or a yes, to put the other in its place: "no, I mean yes".
MENDED_TO_YES: Final = re.compile(
    _MARKS_OF_MENDING
    + r"(yes|yeah|yep|yup|si|claro que si|i can|i do|i will|i am|of course(?! not)|sure(?! not)|si puedo)(?! [|]? ?(?:no|not|but|pero)(?= |$))(?= |$)"
)
MENDED_TO_NO: Final = re.compile(
    _MARKS_OF_MENDING
    + r"(no|nope|nah|i can'?t|i cannot|i don'?t|i won'?t|no puedo|mejor no)(?! [|]? ?(?:yes|si|problem|wait)(?= |$))(?= |$)"
)
#: Would like to, and yet: "I'd love to but I work", "ojalá pudiera".
WISHED_IN_VAIN: Final = re.compile(
    r"(?:(?:i|we)(?:'?d| would)? (?:\w+ )?(?:love|like|have loved|wanted|want)(?: (?:to|that|it))?(?: (?:help|come|go|join|volunteer|be there))?|would (?:love|like) (?:to|that)|(?:i )?(?:really )?wish(?: i| we)?(?: could| can)?|"
    r"me (?:encantaria|gustaria|hubiera gustado|hubiera encantado)(?: \w+(?:ir|ar|er))?|(?:yo )?quisiera(?: \w+(?:ir|ar|er))?|ojala(?: pudiera| se pudiera| y pudiera)?)(?: [|])? (?:but|pero|sin embargo|however)"
    r"(?! (?:only|maybe|not sure|if|when|i have a question|tengo una (?:duda|pregunta)|solo|si|yes|make|change|first|instead|cambi|no se|i don'?t know|i'?m not sure|no estoy segur|depende|it depends|let me|dejeme|can you|can we|puede))(?= )"
    r"|(?:i )?(?:really )?wish (?:i|we) (?:could|had|did)(?: \w+){0,3}$|ojala (?:y )?(?:pudiera|tuviera|se pudiera)(?: \w+){0,3}$|quisiera poder(?: \w+)?$"
)
#: A letter held: "yeeees", "nooo".
STRETCHED: Final = re.compile(r"([a-z])\1{2,}")
#: A "yeah" that only shows that somebody listened: "yeah, I can't".
LISTENING_YES: Final = re.compile(
    r"(?:yeah+|yea+|ya+|ok|okay|sure|right|alright|well)(?: [|])? (?:(?:so|but|sorry|actually|unfortunately|[|]) )*(?:i (?:don'?t|do not) think so|(?:i |we )?(?:can'?t|cannot|won'?t)(?: (?:make|do) (?:it|that|this)| come| go)?|i (?:won'?t|will not) be able(?: to(?: \w+){0,3})?|(?:i'?m|i am) not (?:able|going|gonna)(?: to)?(?: \w+){0,3}|(?:it|that) (?:won'?t|doesn'?t) work(?: for me)?|not (?:happening|gonna happen|for me))(?= [|]|$)"
)
#: A statement that ends in the answer: "el martes sí", "Tuesday yes".
ENDING: Final = re.compile(
    r"(?!.*(?<![\w'])(?:no|not|never|if|or|a ver|depende|whether|nunca|ni|say|said|yes|digo|n't|\w+n'?t)(?![\w']).* )[^|]{2,40}?(?: [|])? (?P<answer>yes|yep|si|claro que si|no|nope)$"
)
#: Hedged, and said all the same: "kind of, yes".
HEDGED: Final = re.compile(
    r"(?:kind of|kinda|sort of|mas o menos|a little(?: bit)?|un poco|i think|i guess|probably|creo|yo creo|pues|mostly)(?: [|])? (?P<answer>yes|yeah|yep|si|no|nope)$"
)
