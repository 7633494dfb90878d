import LetterFormats
import LetterModel
import Testing

struct ClosingTests {
    static func letter(_ end: String) throws -> Letter {
        try Parsed.letter("Dear Ada,\n\n\(Parsed.body)\n\n\(end)")
    }

    @Test(arguments: [
        "Sincerely,", "Yours sincerely,", "Very truly yours,", "Yours faithfully", "Best regards", "With kind regards,",
        "Love,",
        "Respectfully submitted,", "Your obedient servant,", "I remain, Sir, your most humble servant,", "Warmly,",
        "With the highest esteem and consideration,", "Believe me, my dear Ada, ever yours,", "Hochachtungsvoll",
        "Mit freundlichen Grüßen", "Mit vorzüglicher Hochachtung", "Ihr ergebenster", "Cordialement,", "Bien à vous,",
        "Avec mes sincères salutations,", "Atentamente,", "Un cordial saludo,", "Distinti saluti,", "Atenciosamente,",
        "Met vriendelijke groet,", "Z poważaniem,", "С уважением,", "Искренне Ваш,",
        "С глубоким уважением и почтением,",
        "З повагою,", "Hörmətlə,", "Dərin hörmətlə,", "Saygılarımla,", "En derin saygılarımla,", "此致\n敬礼", "敬具",
        "مع خالص التقدير،", "با احترام،", "בכבוד רב,", "Με εκτίμηση,", "With best wishes,\nSincerely,",
        "With best wishes,\n\nSincerely,",
        "Je vous prie d'agréer, Monsieur le Président, l'expression de ma haute considération.",
        "Je vous prie d’agréer, Madame, l’expression de mes sentiments les meilleurs.",
        "Veuillez agréer, Monsieur,\nl'assurance de ma haute considération.",
        "Please accept, Excellency, the assurances of my highest consideration.",
        "Примите уверения в моём совершенном почтении.", "Genehmigen Sie den Ausdruck meiner vorzüglichen Hochachtung.",
    ])
    func `closing formulas of many languages are found as written`(formula: String) throws {
        let letter = try Self.letter("\(formula)\n\nCharles Babbage")
        #expect(letter.valediction == formula.replacing("\n\n", with: "\n"))
        #expect(letter.signature == "Charles Babbage")
        #expect(letter.body == Parsed.body)
    }

    @Test func `a letter without a formula has its signature`() throws {
        for name in [
            "JOSEPH R. BIDEN JR.", "Joseph R. Biden, Jr.", "Charles Babbage", "Ludwig van Beethoven", "Ильхам Алиев",
        ] {
            let letter = try Self.letter(name)
            #expect(letter.valediction == nil)
            #expect(letter.signature == name)
            #expect(letter.body == Parsed.body)
        }
    }

    @Test func `a letter without an end is body to the end`() throws {
        let letter = try Parsed.letter("Dear Ada,\n\n\(Parsed.body)")
        #expect(letter.valediction == nil)
        #expect(letter.signature == nil)
        #expect(letter.body == Parsed.body)
    }

    @Test(arguments: [
        "Sincerely, I do not know what to make of it, and neither does he.",
        "He wrote \"Yours sincerely\" and nothing else.", "Thank you for the book, which I have read twice.",
        "I send you my love and my regards to your mother, who must be well by now.",
        "Please accept my apologies for the delay.",
    ])
    func `a formula inside the body is no closing`(sentence: String) throws {
        let letter = try Self.letter("\(sentence)\n\nYours,\n\nCharles")
        #expect(letter.body == "\(Parsed.body)\n\n\(sentence)")
        #expect(letter.valediction == "Yours,")
        let open = try Self.letter(sentence)
        #expect(open.valediction == nil)
        #expect(open.body == "\(Parsed.body)\n\n\(sentence)")
    }

    @Test func `the closing of a quoted letter is not the letter's own`() throws {
        let quoted =
            "He wrote to me:\n\nDear Charles,\n\nI am tired of engines.\n\nSincerely,\n\nJohn Clement\n\nWhat shall I answer him? You know him better than I do."
        let letter = try Self.letter("\(quoted)\n\nYours ever,\n\nCharles Babbage")
        #expect(letter.salutation == "Dear Ada,")
        #expect(letter.valediction == "Yours ever,")
        #expect(letter.signature == "Charles Babbage")
        #expect(letter.body == "\(Parsed.body)\n\n\(quoted)")
        let open = try Self.letter(quoted)
        #expect(open.valediction == nil)
        #expect(open.body == "\(Parsed.body)\n\n\(quoted)")
    }

    @Test func `a statement with a letter inside stays whole`() throws {
        let text =
            "I have accepted the request of Neera Tanden to withdraw her name from\nnomination for Director. I have the utmost respect for her record.\n\nDear President Biden,\n\nPlease withdraw my name from nomination.\n\nSincerely,\n\nNeera Tanden"
        let letter = try Parsed.letter(text)
        #expect(letter.salutation == nil)
        #expect(letter.signature == nil)
        #expect(letter.body == text)
    }

    @Test func `a name on the line of the formula is the signature`() throws {
        let letter = try Self.letter("Sincerely, Charles Babbage")
        #expect(letter.valediction == "Sincerely,")
        #expect(letter.signature == "Charles Babbage")
        #expect(letter.senders.map(\.name) == ["Charles Babbage"])
    }

    @Test(arguments: [
        ("Charles Babbage", [["name": "Charles Babbage", "kind": "person"]]),
        ("Charles", [["name": "Charles", "kind": "person"]]),
        ("/s/ Charles Babbage", [["name": "Charles Babbage", "kind": "person"]]),
        ("(signed) Charles Babbage", [["name": "Charles Babbage", "kind": "person"]]),
        (
            "Dana A. Remus\nCounsel to the President",
            [["name": "Dana A. Remus", "kind": "person", "role": "Counsel to the President"]]
        ),
        (
            "President of the Republic of Azerbaijan\nIlham Aliyev",
            [
                [
                    "name": "Ilham Aliyev", "kind": "person", "role": "President of the Republic of Azerbaijan",
                    "onBehalfOf": "Republic of Azerbaijan",
                ]
            ]
        ),
        (
            "Ilham Aliyev, President of the Republic of Azerbaijan",
            [
                [
                    "name": "Ilham Aliyev", "kind": "person", "role": "President of the Republic of Azerbaijan",
                    "onBehalfOf": "Republic of Azerbaijan",
                ]
            ]
        ),
        (
            "ILHAM ALIYEV\nPRESIDENT OF THE REPUBLIC OF AZERBAIJAN",
            [
                [
                    "name": "ILHAM ALIYEV", "kind": "person", "role": "PRESIDENT OF THE REPUBLIC OF AZERBAIJAN",
                    "onBehalfOf": "REPUBLIC OF AZERBAIJAN",
                ]
            ]
        ),
        (
            "Ada Lovelace\nDirector\n\nCharles Babbage\nProfessor of Mathematics",
            [
                ["name": "Ada Lovelace", "kind": "person", "role": "Director"],
                ["name": "Charles Babbage", "kind": "person", "role": "Professor of Mathematics"],
            ]
        ),
        (
            "Ada Lovelace\n\nCharles Babbage\n\nMary Somerville",
            [
                ["name": "Ada Lovelace", "kind": "person"], ["name": "Charles Babbage", "kind": "person"],
                ["name": "Mary Somerville", "kind": "person"],
            ]
        ),
        (
            "Director\nAda Lovelace\n\nSecretary\nCharles Babbage",
            [
                ["name": "Ada Lovelace", "kind": "person", "role": "Director"],
                ["name": "Charles Babbage", "kind": "person", "role": "Secretary"],
            ]
        ),
        (
            "Dr. Ada Lovelace\nSecretary\nAnalytical Society",
            [
                [
                    "name": "Ada Lovelace", "kind": "person", "honorific": "Dr.", "role": "Secretary",
                    "onBehalfOf": "Analytical Society",
                ]
            ]
        ),
        (
            "Charles Babbage\nTel. 020 7946 0000\nbabbage@example.org", [["name": "Charles Babbage", "kind": "person"]]
        ),
        ("The Secretary", [["kind": "position", "role": "The Secretary"]]),
    ])
    func `signatories have the names and offices that they sign with`(signature: String, agents: [[String: String]])
        throws
    {
        let letter = try Self.letter("Sincerely,\n\n\(signature)")
        #expect(letter.signature == signature.replacing("\n\n", with: "\n"))
        let expected = agents.map { agent in Agent(members: JSONObject(agent.map { ($0.key, .string($0.value)) })) }
        #expect(letter.senders == expected, "\(letter.senders.map(\.json.canonicalText))")
        #expect(letter.body == Parsed.body)
    }

    @Test func `postscript, copies and enclosures follow the signature`() throws {
        let letter = try Self.letter(
            "Sincerely,\n\nCharles Babbage\n\nP.S. The engine turns.\n\nIt even counts.\n\ncc: Mary Somerville\n    John Herschel\n\nEnclosures (2)"
        )
        #expect(letter.signature == "Charles Babbage")
        #expect(letter.postscript == "P.S. The engine turns.\n\nIt even counts.")
        #expect(letter.extra["cc"]?.text == "cc: Mary Somerville\nJohn Herschel")
        #expect(letter.extra["enclosures"]?.text == "Enclosures (2)")
        #expect(letter.body == Parsed.body)
    }

    @Test(arguments: [
        "P.S. Come soon.", "PS: Come soon.", "P. S. Come soon.", "P.P.S. Come soon.", "Post scriptum: come soon.",
        "П.С. Приезжай.",
    ])
    func `postscripts are found without their mark being dropped`(text: String) throws {
        #expect(try Self.letter("Yours,\n\nCharles\n\n\(text)").postscript == text)
        #expect(try Self.letter(text).postscript == text)
    }

    @Test(arguments: [
        "Enclosure", "Encl.: report", "Enc. 2", "Enclosures: a report, a map", "Anlage", "Pièces jointes : 2",
        "Приложение: на 2 л.",
        "Attachments (3)",
    ])
    func `enclosures are found`(text: String) throws {
        let letter = try Self.letter("Yours,\n\nCharles Babbage\n\n\(text)")
        #expect(letter.extra["enclosures"]?.text == text)
        #expect(letter.signature == "Charles Babbage")
    }

    @Test func `a link below the signature stays in the body`() throws {
        let link = "View the unclassified report\n[here](https://example.org/report.pdf)."
        let letter = try Self.letter("Sincerely,\n\nJOSEPH R. BIDEN JR.\n\n\(link)")
        #expect(letter.signature == "JOSEPH R. BIDEN JR.")
        #expect(letter.body == "\(Parsed.body)\n\n\(link)")
    }

    @Test func `the mark at the end of a press release is dropped`() throws {
        for mark in ["###", "\\###", "  \\###  ", "# # #"] {
            let letter = try Self.letter("Sincerely,\n\nSaule T. Omarova\n\n\(mark)\n")
            #expect(letter.signature == "Saule T. Omarova")
            #expect(letter.body == Parsed.body)
        }
    }
}
