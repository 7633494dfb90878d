import LetterModel

/// How letters end, by language. All in lower case as `Words.key` makes it, without punctuation at the end.
enum ClosingWords {
    /// The formulas of one language.
    struct Formulas: Sendable {
        let language: String
        /// The whole line.
        let whole: Set<ByteKey>
        /// What a line of few words begins with.
        let starts: [String]
        /// What a line of few words ends with.
        let ends: [String]

        init(_ language: String, whole: String, starts: String = "", ends: String = "") {
            self.language = language
            self.whole = Set(Formulas.list(whole).map(ByteKey.init))
            self.starts = Formulas.list(starts)
            self.ends = Formulas.list(ends)
        }

        private static func list(_ text: String) -> [String] {
            text.split(separator: ",").map { Words.fold($0) }
        }
    }

    static let all: [Formulas] = [
        Formulas(
            "en",
            whole: """
                sincerely, yours sincerely, sincerely yours, very sincerely, very sincerely yours, most sincerely, \
                yours truly, \
                yours very truly, very truly yours, truly yours, yours faithfully, faithfully yours, faithfully, yours \
                respectfully, \
                respectfully, respectfully yours, respectfully submitted, very respectfully, cordially, cordially \
                yours, \
                yours cordially, yours, yours ever, ever yours, yours always, always yours, regards, best regards, \
                kind regards, \
                kindest regards, warm regards, warmest regards, with best regards, with kind regards, with warm \
                regards, \
                with warmest regards, with regards, best, best wishes, with best wishes, with all best wishes, with \
                warm wishes, \
                warmly, love, with love, lots of love, much love, all my love, affectionately, yours affectionately, \
                affectionately yours, gratefully, gratefully yours, with gratitude, with thanks, many thanks, thanks, \
                thank you, \
                with appreciation, with respect, with deep respect, with great respect, with esteem, with high esteem, \
                your obedient servant, your most obedient servant, your humble servant, fraternally, in solidarity, \
                respectfully \
                yours, godspeed, your friend, your loving son, your loving daughter, your affectionate friend, in \
                friendship, \
                god bless you, with best personal regards, with high regard, onward, in haste, adieu
                """,
            starts:
                """
                yours, your most, your affectionate, your obedient, your humble, your loving, your devoted, your \
                ever, believe me, with the highest, with sincere, with warmest, with deepest, with every good, \
                please accept my, i remain, i have the honour to be, i have the honor to be
                """,
            ends:
                """
                sincerely, truly, faithfully, respectfully, cordially, regards, wishes, servant, esteem, \
                consideration, affectionately, gratitude, appreciation, yours, sentiments, truly yours, sincerely \
                yours
                """
        ),
        Formulas(
            "de",
            whole: """
                hochachtungsvoll, mit freundlichen grüßen, mit freundlichen grüssen, mit freundlichem gruß, \
                freundliche grüße, \
                mit vorzüglicher hochachtung, viele grüße, liebe grüße, herzliche grüße, herzlichst, beste grüße, mit \
                besten grüßen, \
                mit herzlichen grüßen, mit bestem gruß, ihr, ihre, dein, deine, euer, ihr ergebener, ihr ergebenster, \
                dein treuer, \
                mfg, mit kollegialen grüßen, ganz der ihre, in verehrung, mit deutschem gruß, in freundschaft
                """,
            starts:
                """
                mit vorzüglich, mit herzlich, mit freundlich, mit besten, mit verbindlich, ihr ergeben, ihr treu, \
                dein alter, genehmigen sie, ihr sehr
                """,
            ends: "grüßen, grüßt, hochachtung, ergebener, ergebenster, ergebenst"),
        Formulas(
            "fr",
            whole: """
                cordialement, bien cordialement, très cordialement, sincèrement, bien à vous, bien à toi, amicalement, \
                respectueusement, salutations distinguées, sincères salutations, avec mes salutations, mes salutations \
                distinguées, \
                meilleures salutations, affectueusement, votre dévoué, tout à vous, avec mes remerciements, très \
                respectueusement, \
                amitiés, ton ami, votre ami
                """,
            starts: "avec mes, votre très, avec l'expression, avec toute ma",
            ends: "salutations distinguées, haute considération, dévoué, serviteur"),
        Formulas(
            "es",
            whole: """
                atentamente, muy atentamente, cordialmente, sinceramente, un cordial saludo, saludos cordiales, un \
                saludo, saludos, \
                respetuosamente, afectuosamente, con un abrazo, un abrazo, suyo afectísimo, quedo de usted
                """,
            starts: "con mis mejores, con un cordial, le saluda, quedo de usted",
            ends: "consideración, saludos, saludo, servidor"),
        Formulas(
            "it",
            whole: """
                distinti saluti, cordiali saluti, cordialmente, con i migliori saluti, sinceramente, in fede, con \
                stima, un abbraccio, \
                con affetto, con osservanza, suo, tuo
                """, starts: "con i più, con la più", ends: "saluti"),
        Formulas(
            "pt",
            whole: "atenciosamente, cordialmente, com os melhores cumprimentos, respeitosamente, um abraço, saudações",
            starts: "com os meus, com elevada", ends: "cumprimentos"),
        Formulas(
            "nl",
            whole:
                """
                hoogachtend, met vriendelijke groet, met vriendelijke groeten, hartelijke groeten, groeten, met \
                hoogachting
                """
        ),
        Formulas(
            "pl",
            whole:
                "z poważaniem, z wyrazami szacunku, z wyrazami uznania, łączę wyrazy szacunku, serdecznie pozdrawiam",
            starts: "z wyrazami"),
        Formulas("cs", whole: "s pozdravem, s úctou, se srdečným pozdravem, s přátelským pozdravem"),
        Formulas("sv", whole: "med vänliga hälsningar, högaktningsfullt, hälsningar, vänligen, med vänlig hälsning"),
        Formulas("hu", whole: "tisztelettel, üdvözlettel, őszinte tisztelettel"),
        Formulas("ro", whole: "cu stimă, cu respect, al dumneavoastră, cu deosebită considerație"),
        Formulas("el", whole: "με εκτίμηση, με τιμή, φιλικά, με σεβασμό"),
        Formulas("la", whole: "vale, tuus, datum, bene vale, vale et ama", starts: "vale et"),
        Formulas(
            "ru",
            whole: """
                с уважением, с глубоким уважением, с искренним уважением, искренне ваш, искренне ваша, ваш, ваша, \
                твой, твоя, \
                с наилучшими пожеланиями, с приветом, преданный вам, с почтением, с совершенным почтением, с \
                благодарностью, \
                с любовью, уважающий вас, искренне
                """,
            starts: "с уважением, с глубоким, с наилучшими, с искренн, примите уверения, с совершенным, с неизменным",
            ends: "уважением, почтением, пожеланиями"),
        Formulas("uk", whole: "з повагою, щиро ваш, з глибокою повагою, з найкращими побажаннями", starts: "з повагою"),
        Formulas("bg", whole: "с уважение, искрено ваш, с почит"),
        Formulas("sr", whole: "с поштовањем, срдачно"),
        Formulas(
            "az",
            whole:
                """
                hörmətlə, dərin hörmətlə, səmimi hörmətlə, ən xoş arzularla, ehtiramla, dərin ehtiramla, sizin, \
                hörmət və ehtiramla, səmimiyyətlə, xoş arzularla
                """,
            ends: "hörmətlə, ehtiramla, arzularla, hörmətlərimlə"),
        Formulas(
            "tr",
            whole:
                """
                saygılarımla, saygılarımızla, en derin saygılarımla, sevgilerimle, hürmetlerimle, en iyi \
                dileklerimle, saygı ile, saygıyla, arz ederim, selamlar
                """,
            ends: "saygılarımla, saygılarımızla, dileklerimle, sevgilerimle, hürmetlerimle"),
        Formulas("hy", whole: "հարգանքով, հարգանքներով"),
        Formulas("ka", whole: "პატივისცემით"),
        Formulas("kk", whole: "құрметпен"),
        Formulas("uz", whole: "hurmat bilan"),
        Formulas(
            "ar",
            whole:
                """
                مع خالص التقدير, مع التحية, مع فائق الاحترام, وتفضلوا بقبول فائق الاحترام, والسلام, المخلص, مع \
                أطيب التحيات
                """,
            starts: "وتفضلوا بقبول, مع خالص, مع فائق, مع أطيب"),
        Formulas("fa", whole: "با احترام, با تقدیم احترام, ارادتمند, با تشکر", starts: "با تقدیم"),
        Formulas("he", whole: "בכבוד רב, בברכה, שלך"),
        Formulas("zh", whole: "此致敬礼, 此致, 敬礼, 敬禮, 此致 敬礼, 谨启, 謹啟, 敬上, 顺颂商祺, 顺致崇高敬意, 致以崇高的敬意"),
        Formulas("ja", whole: "敬具, 謹白, 草々, 敬白, かしこ, 拝具"),
        Formulas("ko", whole: "드림, 올림, 감사합니다"),
        Formulas("vi", whole: "trân trọng, kính thư"),
        Formulas("id", whole: "hormat saya, hormat kami"),
    ]

    /// How a closing begins that is a whole sentence: "Je vous prie d'agréer…".
    static let sentences: [(language: String, start: String)] = [
        ("en", "please accept"), ("en", "accept, "), ("en", "i avail myself of this opportunity"),
        ("en", "i take this opportunity to renew"),
        ("en", "i have the honour to be"), ("en", "i have the honor to be"), ("en", "i am, sir, "),
        ("en", "i remain, "),
        ("en", "believe me, "), ("en", "i beg to remain"), ("en", "i am, with great"),
        ("en", "i have the honour to remain"),
        ("fr", "je vous prie d'agréer"), ("fr", "je vous prie de croire"), ("fr", "je vous prie d’agréer"),
        ("fr", "veuillez agréer"),
        ("fr", "veuillez croire"), ("fr", "veuillez recevoir"), ("fr", "veuillez accepter"), ("fr", "agréez, "),
        ("fr", "recevez, "),
        ("fr", "je vous prie de recevoir"), ("fr", "je vous prie, "),
        ("fr", "je saisis cette occasion pour vous renouveler"),
        ("fr", "nous vous prions d'agréer"), ("fr", "dans l'attente de votre réponse, je vous prie"),
        ("de", "genehmigen sie"), ("de", "mit dem ausdruck"), ("de", "empfangen sie"), ("de", "ich verbleibe"),
        ("es", "aprovecho la oportunidad"), ("es", "aprovecho esta oportunidad"), ("es", "le ruego acepte"),
        ("es", "reciba usted"),
        ("es", "acepte, "), ("es", "le saluda"),
        ("it", "voglia gradire"), ("it", "la prego di accettare"), ("it", "voglia accettare"),
        ("it", "colgo l'occasione per"),
        ("ru", "примите уверения"), ("ru", "прошу принять уверения"), ("ru", "примите, "), ("ru", "имею честь быть"),
        ("ru", "прошу вас принять"),
        ("az", "ən yüksək ehtiramımı qəbul"), ("tr", "en derin saygılarımın kabulünü"), ("ar", "وتفضلوا بقبول"),
        ("ar", "تفضلوا بقبول"),
    ]

    /// What a postscript begins with.
    static let postscripts = [
        "p.s", "ps:", "ps.", "p. s", "p.p.s", "pps", "post scriptum", "postscript", "post-scriptum", "postscriptum",
        "п.с", "p.-s", "з.и", "n.b", "nb:", "nb.", "пс:", "又及", "追伸", "ps ",
    ]

    /// What a list of those begins with who get a copy.
    static let copies = [
        "cc:", "cc.", "c.c", "cc ", "copy to", "copies to", "copy:", "copies:", "copie à", "copie:", "kopie an",
        "копия:", "копии:", "surəti:", "bcc:", "cc –", "cc -", "抄送",
    ]

    /// What a list of enclosures begins with.
    static let enclosures = [
        "enclosure", "enclosures", "encl.", "encl:", "encls", "enc.", "enc:", "encs", "encl ", "attachment:",
        "attachments:", "attachment", "attachments", "anlage", "anlagen",
        "pièce jointe", "pièces jointes", "p.j", "annexe", "annexes:", "приложение", "приложения", "əlavə", "anexo",
        "anexos", "allegato", "allegati", "ek:", "ekler", "附件", "同封",
    ]
}
