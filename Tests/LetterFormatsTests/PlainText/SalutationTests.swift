import LetterFormats
import LetterModel
import Testing

struct SalutationTests {
    @Test(arguments: [
        "Dear Ada,", "Dear Ada:", "Dear Ada!", "Dear Ada.", "Dear Ada", "My dear Ada,", "Dearest Mother,",
        "Excellency:",
        "Your Excellency,", "TO THE CONGRESS OF THE UNITED STATES:", "To the Senate of the United States:",
        "To Whom It May Concern:", "Mr. President,", "Sir,", "Gentlemen:", "Ladies and Gentlemen,", "Hello Ada,", "Hi,",
        "Dear Dr. Lander:", "Dear Secretary Becerra and Secretary Vilsack,", "Ada,", "Honourable Minister,",
        "Hörmətli cənab Prezident,", "Hörmətli cənab Prezident", "Əziz dostlar,", "Zati-aliləri,",
        "Уважаемый господин Президент!", "Уважаемые коллеги!", "Дорогой Лев Николаевич!", "Милостивый государь!",
        "Шановний пане Президенте!", "Monsieur le Secrétaire général,", "Madame, Monsieur,", "Cher ami,", "Monsieur,",
        "Sehr geehrter Herr Präsident,", "Sehr geehrte Damen und Herren,", "Liebe Clara!", "Exzellenz,",
        "Hochverehrter Herr Geheimrat!",
        "Muhterem Cumhurbaşkanım,", "Sayın Başkan,", "敬启者：", "尊敬的总统先生：", "拝啓", "Estimado señor Presidente:",
        "Muy señores míos:",
        "Querida Ana:", "Gentile Signora,", "Egregio Professore,", "Prezado Senhor,", "Geachte heer Jansen,",
        "Szanowny Panie,",
        "Αγαπητέ φίλε,", "عزيزي أحمد،", "صاحب السعادة،", "جناب آقای رئیس جمهور،", "존경하는 대통령님,", "Kära Anna,",
        "Tisztelt Uram!",
    ])
    func `greetings of many languages are found as written`(greeting: String) throws {
        let letter = try Parsed.letter("\(greeting)\n\n\(Parsed.body)\n\nYours,\n\nCharles")
        #expect(letter.salutation == greeting)
        #expect(letter.body == Parsed.body)
    }

    @Test(arguments: [
        "Dear Sir, I write to you about the house that you have let to us.",
        "Dear me, what a summer this has been, and how long ago it seems.",
        "Sir Walter and Lady Scott came to dinner, and stayed until midnight.",
        "Friends of mine have told me that you are well.", "Hello again was what he said. I did not answer.",
        "To the north of the house there is a garden, and beyond it the sea.", "Gentlemen prefer to travel by night.",
        "Monsieur Blanc est arrivé hier soir avec toute sa famille.", "Милая погода стоит у нас всю неделю.",
        "Cher is what we call it here; cheap it is not.", "Respected by all who knew him, he died on Friday.",
    ])
    func `a sentence that begins like a greeting stays in the body`(sentence: String) throws {
        let letter = try Parsed.letter("\(sentence)\n\n\(Parsed.body)")
        #expect(letter.salutation == nil)
        #expect(letter.body == "\(sentence)\n\n\(Parsed.body)")
    }

    @Test(arguments: [
        (
            "Dear Madam Speaker: (Dear Mr. President:)", "Dear Madam Speaker:\nDear Mr. President:",
            ["Speaker", "President"]
        ),
        (
            "Dear Madam Speaker:\u{A0}(Dear Mr. President:)", "Dear Madam Speaker:\nDear Mr. President:",
            ["Speaker", "President"]
        ),
        ("Dear Mr. Chairman  (Dear Madam Chair:)", "Dear Mr. Chairman\nDear Madam Chair:", ["Chairman", "Chair"]),
        (
            "Dear Madam Speaker: (Dear Representative:) (Dear Senator:)\n(Dear Mr. Chairman:)",
            "Dear Madam Speaker:\nDear Representative:\nDear Senator:\nDear Mr. Chairman:",
            ["Speaker", "Representative", "Senator", "Chairman"]
        ),
        ("Mr. President,\nMadam Speaker,", "Mr. President,\nMadam Speaker,", ["President", "Speaker"]),
        ("Mr. President,\n\nMadam Speaker,", "Mr. President,\nMadam Speaker,", ["President", "Speaker"]),
    ])
    func `alternatives and stacked greetings are one a line, each with its recipient`(
        written: String, salutation: String, roles: [String]
    ) throws {
        let letter = try Parsed.letter("\(written)\n\n\(Parsed.body)\n\nSincerely,\n\nA. Writer")
        #expect(letter.salutation == salutation)
        #expect(letter.recipients.map(\.role) == roles)
        #expect(letter.recipients.allSatisfy { $0.kind == .position && $0.name == nil })
        #expect(letter.body == Parsed.body)
    }

    @Test(arguments: [
        ("Dear Mr. Secretary General,", ["kind": "position", "role": "Secretary General", "honorific": "Mr."]),
        ("Dear Madam Speaker:", ["kind": "position", "role": "Speaker", "honorific": "Madam"]),
        ("Dear Dr. Lander:", ["kind": "person", "name": "Lander", "honorific": "Dr."]),
        ("Dear Ada,", ["kind": "person", "name": "Ada"]), ("Ada,", ["kind": "person", "name": "Ada"]),
        ("My dear Ada Lovelace,", ["kind": "person", "name": "Ada Lovelace"]),
        ("Dear President Biden,", ["kind": "person", "role": "President", "name": "Biden"]),
        ("Dear Senator:", ["kind": "position", "role": "Senator"]),
        ("Excellency:", ["kind": "unknown", "honorific": "Excellency"]),
        ("Dear Sir,", ["kind": "unknown", "honorific": "Sir"]),
        ("Dear Mr. and Mrs. Smith,", ["kind": "group", "honorific": "Mr. and Mrs.", "name": "Smith"]),
        ("Dear Friends,", ["kind": "group", "name": "Friends"]),
        ("Dear colleagues,", ["kind": "group", "name": "colleagues"]),
        (
            "TO THE CONGRESS OF THE UNITED STATES:", ["kind": "organisation", "name": "CONGRESS OF THE UNITED STATES"]
        ),
        (
            "To the Dedicated Members of the Federal Workforce:",
            ["kind": "group", "name": "Dedicated Members of the Federal Workforce"]
        ),
        ("Hörmətli cənab Prezident,", ["kind": "position", "role": "Prezident", "honorific": "cənab"]),
        ("Уважаемый господин Президент!", ["kind": "position", "role": "Президент", "honorific": "господин"]),
        (
            "Monsieur le Secrétaire général,",
            ["kind": "position", "role": "Secrétaire général", "honorific": "Monsieur"]
        ),
        ("Sehr geehrter Herr Präsident,", ["kind": "position", "role": "Präsident", "honorific": "Herr"]),
        ("Muhterem Cumhurbaşkanım,", ["kind": "position", "role": "Cumhurbaşkanım"]),
        ("Sehr geehrte Frau Dr. Weber,", ["kind": "person", "honorific": "Frau Dr.", "name": "Weber"]),
        ("尊敬的总统先生：", ["kind": "position", "role": "总统", "honorific": "先生"]),
    ])
    func `a recipient has what the greeting says and nothing else`(greeting: String, agent: [String: String]) throws {
        let letter = try Parsed.letter("\(greeting)\n\n\(Parsed.body)")
        let expected = Agent(members: JSONObject(agent.map { ($0.key, .string($0.value)) }))
        #expect(letter.recipients == [expected], "\(letter.recipients.map(\.json.canonicalText))")
    }

    @Test func `two persons in one greeting are two recipients`() throws {
        let letter = try Parsed.letter("Dear Secretary Becerra and Secretary Vilsack,\n\n\(Parsed.body)")
        #expect(letter.recipients.map(\.name) == ["Becerra", "Vilsack"])
        #expect(letter.recipients.map(\.role) == ["Secretary", "Secretary"])
    }

    @Test(arguments: ["To Whom It May Concern:", "敬启者：", "Hello,", "My dear old friend"])
    func `a greeting that names nobody gives no recipient`(greeting: String) throws {
        #expect(try Parsed.letter("\(greeting)\n\n\(Parsed.body)").recipients.isEmpty)
    }

    @Test func `a greeting right above the text is found`() throws {
        let letter = try Parsed.letter(
            "Dear Ada,\nYour letter has come, and I thank you for it with all my heart.\n\nCome soon.")
        #expect(letter.salutation == "Dear Ada,")
        #expect(letter.body == "Your letter has come, and I thank you for it with all my heart.\n\nCome soon.")
    }

    @Test func `an address above the greeting completes the recipient`() throws {
        let letter = try Parsed.letter(
            """
            His Excellency
            Mr. António Guterres
            Secretary-General
            United Nations
            New York

            Excellency:

            \(Parsed.body)

            JOSEPH R. BIDEN JR.
            """)
        #expect(letter.salutation == "Excellency:")
        #expect(
            letter.recipients == [
                Agent(members: [
                    "kind": "person", "honorific": "His Excellency Mr.", "name": "António Guterres",
                    "role": "Secretary-General",
                ])
            ])
        #expect(
            letter.extra["address"]?.text
                == "His Excellency\nMr. António Guterres\nSecretary-General\nUnited Nations\nNew York")
        #expect(letter.body == Parsed.body)
        #expect(letter.signature == "JOSEPH R. BIDEN JR.")
    }

    @Test func `an address of somebody else stays in the body`() throws {
        let address = "Charles Babbage\n1 Dorset Street\nLondon"
        let letter = try Parsed.letter("\(address)\n\nDear Ada,\n\n\(Parsed.body)")
        #expect(letter.recipients.map(\.name) == ["Ada"])
        #expect(letter.body == "\(address)\n\n\(Parsed.body)")
    }

    @Test func `an editor's note above the greeting stays in the body`() throws {
        let note =
            "*On January 15 the writer sent the following letter to Dr. Lander, who was to advise him on science.*"
        let letter = try Parsed.letter(
            "\(note)\n\nDear Dr. Lander:\n\n\(Parsed.body)\n\nSincerely,\n\nJOSEPH R. BIDEN JR.")
        #expect(letter.salutation == "Dear Dr. Lander:")
        #expect(letter.body == "\(note)\n\n\(Parsed.body)")
    }
}
