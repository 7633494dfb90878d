import LetterModel

/// How letters greet, by language. All in lower case as `Words.key` makes it; an opener ends at a word's end.
enum SalutationWords {
    /// The openers of one language.
    struct Openers: Sendable {
        /// BCP 47; nil where a word belongs to several languages.
        let language: String?
        /// Words that begin a greeting and hardly anything else.
        let strong: [String]
        /// Words that begin sentences too: they need a comma, colon or exclamation mark after them.
        let weak: [String]

        init(_ language: String?, strong: String, weak: String = "") {
            self.language = language
            self.strong = Openers.list(strong)
            self.weak = Openers.list(weak)
        }

        private static func list(_ text: String) -> [String] {
            text.split(separator: ",").map { Words.fold($0) }.sorted { $0.utf8.count > $1.utf8.count }
        }
    }

    static let all: [Openers] = [
        Openers(
            "en",
            strong: "my very dear, my dearest, my dear, dearest, dear, to whom it may concern",
            weak: """
                your excellency, your excellencies, excellency, excellencies, your royal highness, your highness, your \
                majesty, \
                your holiness, your eminence, honourable, honorable, the honourable, the honorable, esteemed, \
                respected, \
                distinguished, honored, honoured, beloved, right honourable, sir, sirs, madam, gentlemen, ladies and \
                gentlemen, \
                ladies, my lord, my lords, my lady, mr., mister, mrs., ms., madam president, mr. president, to the, to \
                all, \
                to our, to my, fellow citizens, fellow americans, comrades, friends, hello, hi, greetings, good \
                morning, \
                good afternoon, good evening, darling, my love, my beloved
                """),
        Openers(
            "de",
            strong: """
                sehr geehrte, sehr geehrter, sehr geehrtes, sehr verehrte, sehr verehrter, hochverehrte, \
                hochverehrter, \
                hochgeehrter, hochgeehrte, geehrte, geehrter, verehrte, verehrter, verehrtester, mein lieber, meine \
                liebe, \
                meine lieben, lieber, liebe, liebes, liebste, liebster, euer hochwohlgeboren
                """,
            weak:
                """
                exzellenz, eure exzellenz, guten tag, hallo, werter, werte, teurer, teure, herr, meine damen und \
                herren
                """
        ),
        Openers(
            "fr",
            strong: "mon cher, ma chère, mes chers, mes chères, cher, chère, chers, chères, très cher, bien cher",
            weak: """
                monsieur, madame, mademoiselle, messieurs, mesdames, monseigneur, excellence, votre excellence, sire, \
                bonjour, \
                mesdames et messieurs, madame monsieur
                """),
        Openers(
            "es",
            strong: """
                estimado, estimada, estimados, estimadas, querido, querida, queridos, queridas, muy señor mío, muy \
                señores míos, \
                apreciado, apreciada, muy estimado, muy estimada, excelentísimo, excelentísima
                """,
            weak: "distinguido, distinguida, señor, señora, señores, excelencia, hola, a quien corresponda"),
        Openers(
            "it",
            strong: "gentile, gentili, egregio, egregi, illustrissimo, spettabile, pregiatissimo, carissimo, carissima",
            weak: "caro, cara, cari, care, eccellenza, signor, signora"),
        Openers(
            "pt", strong: "prezado, prezada, prezados, excelentíssimo, exmo. senhor, ilustríssimo",
            weak: "senhor, senhora, excelência, caros"),
        Openers("nl", strong: "geachte, beste, lieve, hooggeachte, weledelgeboren", weak: "mijnheer, mevrouw"),
        Openers("la", strong: "", weak: "domine, reverende, illustrissime, vir clarissime"),
        Openers(
            "pl", strong: "szanowny, szanowna, szanowni, drogi, droga, drodzy, wielce szanowny", weak: "panie, pani"),
        Openers("cs", strong: "vážený, vážená, vážení, milý, milá, drahý, drahá"),
        Openers("sv", strong: "käre, kära, bäste, bästa, ärade"),
        Openers("hu", strong: "tisztelt, kedves"),
        Openers("ro", strong: "stimate, stimată, stimați, dragă, dragul"),
        Openers("el", strong: "αγαπητέ, αγαπητή, αγαπητοί, αξιότιμε, αξιότιμη, σεβαστέ"),
        Openers(
            "ru",
            strong: """
                уважаемый, уважаемая, уважаемые, многоуважаемый, многоуважаемая, глубокоуважаемый, глубокоуважаемая, \
                высокочтимый, дорогой, дорогая, дорогие, милостивый государь, милостивая государыня, любезный
                """,
            weak: "милый, милая, ваше превосходительство, ваше величество, здравствуйте, господин, госпожа, господа"),
        Openers("uk", strong: "шановний, шановна, шановні, вельмишановний", weak: "дорога, пане, пані"),
        Openers("bg", strong: "уважаеми, уважаема"),
        Openers("sr", strong: "поштовани, поштована"),
        Openers("az", strong: "hörmətli, çox hörmətli, möhtərəm, əziz, əzizim", weak: "cənab, zati-aliləri, salam"),
        Openers(
            """
            tr
            """, strong: "sayın, muhterem, saygıdeğer, değerli, sevgili, aziz", weak: "ekselansları, efendim, merhaba"),
        Openers("kk", strong: "құрметті"),
        Openers("uz", strong: "hurmatli"),
        Openers("hy", strong: "հարգելի, մեծարգո"),
        Openers("ka", strong: "პატივცემულო, ძვირფასო"),
        Openers(
            "ar",
            strong: "عزيزي, عزيزتي, صاحب السعادة, صاحب الجلالة, صاحب السمو, صاحب المعالي, صاحب الفخامة, حضرة",
            weak: "السيد, السيدة, سيادة, معالي, سعادة, فخامة, السادة"),
        Openers("fa", strong: "جناب آقای, سرکار خانم", weak: "جناب"),
        Openers("he", strong: "לכבוד", weak: "יקר, יקרה, אדוני"),
        Openers("ko", strong: "존경하는, 친애하는"),
        Openers("vi", strong: "kính gửi, kính thưa"),
        Openers("id", strong: "yang terhormat, yth."),
    ]

    /// One opener, with the language that it shows.
    struct Entry: Sendable {
        let language: String?
        let opener: String
        let isStrong: Bool
    }

    /// The openers that a line can begin with, by its first word; the longest first within a language.
    static func openers(beginning line: String) -> [Entry] {
        let first = line.unicodeScalars.prefix(40).prefix { !Words.isSpace($0) }
        return index[ByteKey(Words.key(Words.strip(String(first), Words.marks)))] ?? []
    }

    private static let index: [ByteKey: [Entry]] = {
        var result: [ByteKey: [Entry]] = [:]
        for openers in all {
            for (list, isStrong) in [(openers.strong, true), (openers.weak, false)] {
                for opener in list {
                    let first = Words.stripEnd(Words.split(opener)[0], Words.lineEnds)
                    let entry = Entry(language: openers.language, opener: opener, isStrong: isStrong)
                    result[ByteKey(first), default: []].append(entry)
                }
            }
        }
        return result
    }()

    /// Openers of scripts without spaces: what follows needs no word's end.
    static let unspaced: [(language: String, opener: String)] = [
        ("zh", "尊敬的"), ("zh", "敬启者"), ("zh", "敬啟者"), ("zh", "亲爱的"), ("zh", "親愛的"), ("zh", "致："), ("zh", "尊敬的"),
        ("ja", "拝啓"), ("ja", "謹啓"), ("ja", "前略"), ("ja", "拝復"),
    ]
}
