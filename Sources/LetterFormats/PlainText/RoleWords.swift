import LetterModel

/// Words of offices, forms of address and bodies, in lower case.
enum RoleWords {
    /// Offices. A phrase is a role if it begins or ends with one of these, or consists of them.
    static let roles = WordTable(
        """
        president vice-president speaker secretary general secretary-general director director-general minister \
        premier \
        chancellor ambassador consul governor mayor senator representative congressman congresswoman chairman \
        chairwoman \
        chairperson chair king queen prince princess emperor empress sultan emir sheikh pope archbishop bishop \
        cardinal judge \
        justice commissioner commander captain colonel major admiral lieutenant professor rector dean principal editor \
        manager \
        treasurer counsel counselor counsellor attorney archivist librarian administrator chief head deputy permanent \
        delegate \
        envoy physician adviser advisor co-chair coordinator spokesperson prosecutor registrar clerk vice executive \
        officer \
        undersecretary under-secretary-general marshal regent duke duchess earl count countess baron baroness viscount \
        präsident präsidentin bundespräsident bundeskanzler bundeskanzlerin kanzler minister ministerin \
        ministerpräsident \
        botschafter botschafterin generalsekretär direktor direktorin bürgermeister oberbürgermeister geheimrat hofrat \
        rat \
        président présidente secrétaire général générale ministre directeur directrice ambassadeur ambassadrice \
        gouverneur \
        maire chancelier sénateur député premier préfet roi reine \
        presidente secretario secretaria ministro ministra director embajador gobernador alcalde rey reina segretario \
        generale \
        direttore ambasciatore ministro embaixador \
        президент председатель секретарь генеральный министр посол губернатор директор премьер-министр канцлер мэр \
        король \
        король депутат глава генерал ректор академик профессор императорское \
        президенте голова міністр \
        prezident prezidenti sədr sədri katib katibi baş nazir naziri səfir səfiri direktor müdir rektor spiker \
        cumhurbaşkanı cumhurbaşkanım cumhurbaşkan başkan başkanı başkanım bakan bakanı bakanım başbakan başbakanım \
        büyükelçi \
        büyükelçisi sekreter sekreteri genel müdür müdürü vali
        """)

    /// Heads who speak for the country or body that follows "of": its name is then whom they write for.
    static let heads = [
        "president", "prime minister", "chancellor", "federal chancellor", "king", "queen", "emperor", "sultan", "emir",
        "governor", "mayor", "secretary general", "secretary-general", "director general", "director-general",
        "chairman",
        "chairperson", "head of state",
    ]

    /// Words of bodies: a phrase with one of these is no person.
    static let bodies = WordTable(
        """
        congress senate house parliament council committee commission assembly ministry department government court \
        board \
        company organization organisation association society union bank university college school institute embassy \
        agency \
        office bureau federation confederation republic kingdom nations states league foundation church academy \
        authority \
        administration secretariat mission delegation corporation inc ltd llc gmbh team party league chamber press \
        university \
        ministerium republik bundesrepublik gesellschaft verein universität république ministère gouvernement conseil \
        assemblée \
        société ambassade república ministerio gobierno республика республики министерство правительство организация \
        respublikası nazirliyi cumhuriyeti bakanlığı
        """)

    /// People who are addressed together.
    static let groups = WordTable(
        """
        friends colleagues members citizens students families comrades all parents readers sirs gentlemen ladies \
        brothers \
        sisters fellows americans children everyone team друзья коллеги товарищи граждане dostlar həmkarlar kollegen \
        kolleginnen freunde damen herren amis collègues messieurs mesdames amigos colegas señores
        """)

    /// Forms of address before a name or office, longest first.
    static let honorifics = [
        "his royal highness", "her royal highness", "your royal highness", "his excellency", "her excellency",
        "your excellency", "their excellencies", "excellency", "your excellencies", "his majesty", "her majesty",
        "your majesty", "his holiness", "your holiness", "his eminence", "your eminence", "the right honourable",
        "the right hon.", "right honourable", "the honourable", "the honorable", "the hon.", "honourable", "honorable",
        "mr. and mrs.", "mr and mrs", "mr.", "mr", "mrs.", "mrs", "ms.", "ms", "miss", "mx.", "dr.", "dr", "prof. dr.",
        "prof.",
        "prof", "sir", "madam", "madame", "dame", "lord", "lady", "rev.", "reverend", "father", "brother", "sister",
        "mister",
        "mademoiselle", "monsieur", "monseigneur", "mgr", "me", "maître", "mm.", "mme", "mlle", "m.",
        "exzellenz", "herr", "herrn", "frau", "fräulein", "freiherr",
        "señor", "señora", "señorita", "sr.", "sra.", "don", "doña", "excelentísimo señor", "signor", "signora", "sig.",
        "senhor", "senhora", "exmo. senhor",
        "господин", "госпожа", "г-н", "г-жа", "товарищ", "пан", "пані", "ваше превосходительство", "ваше величество",
        "государь", "пане",
        "cənab", "cənabları", "xanım", "zati-aliləri", "möhtərəm", "bay", "bayan", "sayın", "ekselansları",
        "pan", "pani", "de heer", "mevrouw", "meneer", "dl.", "d-l", "κύριε", "κυρία",
        "السيد", "سيادة", "فخامة", "معالي", "سعادة", "جناب آقای", "آقای",
    ]

    /// Whether the words are an office: "Secretary General", "President of the Republic of Azerbaijan", "Counsel to the
    /// President".
    static func isRole(_ text: String) -> Bool {
        let words = plainWords(text)
        // A sentence that names an office is longer, or ends with a stop.
        guard let first = words.first, let last = words.last, words.count <= 14,
            !(words.count > 4 && Signature.endsSentence(text))
        else { return false }
        if roles.contains(first)
            || words.contains(where: { connectors.contains($0) }) && words.contains(where: roles.contains)
        {
            return true
        }
        return roles.contains(last) && (words.count <= 4 || words.contains(where: { connectors.contains($0) }))
    }

    /// Whether every word belongs to an office, so that no word can be a name.
    static func isOnlyRole(_ text: String) -> Bool {
        let words = plainWords(text)
        guard words.contains(where: roles.contains) else { return false }
        if let connector = words.firstIndex(where: { connectors.contains($0) }), connector > 0 {
            return words[..<connector].contains(where: roles.contains)
        }
        return words.allSatisfy(roles.contains)
    }

    /// Whether a word of a body stands in the words.
    static func isBody(_ text: String) -> Bool {
        plainWords(text).contains(where: bodies.contains)
    }

    static let connectors = WordTable(
        "of for to and the de du des d'état d'etat der des von für und y del della di и по von im")

    static func plainWords(_ text: String) -> [String] {
        Words.split(text).map { Words.key(Words.strip($0, Words.lineEnds.union(["(", ")"]))) }.filter {
            !$0.utf8.isEmpty
        }
    }
}
