import LetterFormats
import LetterModel
import Testing

struct DatelineTests {
    @Test(
        arguments: [
            ("Baku, 15 July 2020", "2020-07-15", "15 July 2020", "Baku"),
            ("15 July 2020", "2020-07-15", "15 July 2020", nil),
            ("July 15, 2020", "2020-07-15", "July 15, 2020", nil),
            ("July 15th, 2020", "2020-07-15", "July 15th, 2020", nil),
            ("London, the 3rd of May, 1843", "1843-05-03", "3rd of May, 1843", "London"),
            ("Washington, D.C., July 4, 1945.", "1945-07-04", "July 4, 1945", "Washington, D.C."),
            ("Paris, le 1er mai 2006", "2006-05-01", "1er mai 2006", "Paris"),
            ("le 1er mai 2006", "2006-05-01", "1er mai 2006", nil),
            ("15.07.2020", "2020-07-15", "15.07.2020", nil),
            ("Berlin, den 15. Juli 2020", "2020-07-15", "15. Juli 2020", "Berlin"),
            ("Weimar, am 3. März 1801", "1801-03-03", "3. März 1801", "Weimar"),
            ("15/07/2020", "2020-07-15", "15/07/2020", nil),
            ("07/15/2020", "2020-07-15", "07/15/2020", nil), ("2020-07-15", "2020-07-15", "2020-07-15", nil),
            ("Madrid, 15 de julio de 2020", "2020-07-15", "15 de julio de 2020", "Madrid"),
            ("Москва, 15 июля 2020 г.", "2020-07-15", "15 июля 2020", "Москва"),
            ("Bakı şəhəri, 15 iyul 2020-ci il", "2020-07-15", "15 iyul 2020", "Bakı şəhəri"),
            ("Ankara, 15 Temmuz 2020", "2020-07-15", "15 Temmuz 2020", "Ankara"),
            ("2020年7月15日", "2020-07-15", "2020年7月15日", nil),
            ("2020년 7월 15일", "2020-07-15", "2020년 7월 15일", nil), ("١٥ يوليو ٢٠٢٠", "2020-07-15", "١٥ يوليو ٢٠٢٠", nil),
            ("15.VII.2020", "2020-07-15", "15.VII.2020", nil),
            ("Roma, 15 VII 2020", "2020-07-15", "15 VII 2020", "Roma"),
            ("15 July MMXX", "2020-07-15", "15 July MMXX", nil), ("XV July 1820", "1820-07-15", "XV July 1820", nil),
            ("July 2020", "2020-07", "July 2020", nil), ("Weimar, Juli 1801", "1801-07", "Juli 1801", "Weimar"),
            ("London, 1843", "1843", "1843", "London"), ("15 July 2020, Baku", "2020-07-15", "15 July 2020", "Baku"),
            ("Wednesday, 15 July 2020", "2020-07-15", "15 July 2020", nil),
            ("Date: 15 July 2020", "2020-07-15", "15 July 2020", nil),
            ("Dated this 15th day of July 2020", "2020-07-15", "15th day of July 2020", nil),
            ("Stratford-upon-Avon, 1 Sept. 1610", "1610-09-01", "1 Sept. 1610", "Stratford-upon-Avon"),
            ("Varşava, 15 lipca 2020 r.", "2020-07-15", "15 lipca 2020", "Varşava"),
        ] as [(String, String, String, String?)])
    func `a dateline is found at the bottom and at the top`(line: String, edtf: String, text: String, place: String?)
        throws
    {
        let bottom = try Parsed.letter("Dear Ada,\n\n\(Parsed.body)\n\nYours,\n\nCharles Babbage\n\n\(line)")
        let top = try Parsed.letter("\(line)\n\nDear Ada,\n\n\(Parsed.body)\n\nYours,\n\nCharles Babbage")
        for letter in [bottom, top] {
            #expect(letter.dateline == line)
            #expect(letter.date?.edtf == edtf)
            #expect(letter.date?.text == text)
            #expect(letter.date?.calendar == "gregorian")
            #expect(letter.place?.name == place)
            #expect(letter.body == Parsed.body)
            #expect(letter.signature == "Charles Babbage")
        }
    }

    @Test func `a place on the line above its date belongs to it`() throws {
        for text in ["THE WHITE HOUSE,\n\n\u{A0}\u{A0} July 21, 2022.\u{A0}", "THE WHITE HOUSE,\nJuly 21, 2022."] {
            let letter = try Parsed.letter(
                "TO THE CONGRESS OF THE UNITED STATES:\n\n\(Parsed.body)\n\nJOSEPH R. BIDEN JR.\n\n\(text)")
            #expect(letter.dateline == "THE WHITE HOUSE,\nJuly 21, 2022.")
            #expect(letter.place?.name == "THE WHITE HOUSE")
            #expect(letter.date?.edtf == "2022-07-21")
            #expect(letter.signature == "JOSEPH R. BIDEN JR.")
        }
    }

    @Test func `a dateline without a date is a place that everybody knows`() throws {
        let letter = try Parsed.letter("Dear Ada,\n\n\(Parsed.body)\n\nYours,\n\nCharles Babbage\n\nBaku")
        #expect(letter.dateline == "Baku")
        #expect(letter.place?.name == "Baku")
        #expect(letter.date == nil)
        #expect(letter.senders.count == 1)
    }

    @Test func `the same dateline at both ends is one, another one is kept beside it`() throws {
        let same = try Parsed.imported(
            "London, 3 May 1843\n\nDear Ada,\n\n\(Parsed.body)\n\nYours,\n\nCharles\n\nLondon, 3 May 1843")
        #expect(same.letter.dateline == "London, 3 May 1843")
        #expect(same.warnings.isEmpty)
        let finer = try Parsed.imported(
            "May 1843\n\nDear Ada,\n\n\(Parsed.body)\n\nYours,\n\nCharles\n\nLondon, 3 May 1843")
        #expect(finer.letter.dateline == "May 1843\nLondon, 3 May 1843")
        #expect(finer.letter.date?.edtf == "1843-05-03")
        #expect(finer.warnings.isEmpty)
    }

    @Test func `datelines that contradict each other are all kept, and none is chosen`() throws {
        let imported = try Parsed.imported(
            "London, 3 May 1843\n\nDear Ada,\n\n\(Parsed.body)\n\nYours,\n\nCharles\n\nParis, 4 May 1843")
        #expect(imported.letter.dateline == "London, 3 May 1843\nParis, 4 May 1843")
        #expect(imported.letter.date?.edtf == "[1843-05-03,1843-05-04]")
        #expect(imported.letter.date?.text == "3 May 1843\n4 May 1843")
        #expect(imported.letter.place == nil)
        #expect(imported.warnings.map(\.code) == [.datesDiffer])
    }

    @Test func `a date that can be read in two ways is both`() throws {
        let imported = try Parsed.imported("05/04/2020\n\nDear Ada,\n\n\(Parsed.body)")
        #expect(imported.letter.date?.edtf == "[2020-04-05,2020-05-04]")
        #expect(imported.warnings.map(\.code) == [.ambiguousDate])
        let equal = try Parsed.imported("05/05/2020\n\nDear Ada,\n\n\(Parsed.body)")
        #expect(equal.letter.date?.edtf == "2020-05-05")
        #expect(equal.warnings.isEmpty)
    }

    @Test func `an impossible date keeps its words, with a warning`() throws {
        let imported = try Parsed.imported("London, 30 February 1843\n\nDear Ada,\n\n\(Parsed.body)")
        #expect(imported.letter.dateline == "London, 30 February 1843")
        #expect(imported.letter.date == LetterDate(members: ["text": "30 February 1843"]))
        #expect(imported.letter.place?.name == "London")
        #expect(imported.warnings.map(\.code) == [.impossibleDate])
    }

    @Test(arguments: [
        "On 12 July 2020 the army crossed the border, as you know.", "We met in London in May 1843.",
        "Since July 2020 nothing has changed.", "In 1843 we built the engine.", "I was born on 3 May 1801 in Bath",
        "The meeting of 15 July 2020 was long and brought no result", "Chapter 12, 1843 to 1850",
    ])
    func `a sentence with a date is no dateline`(sentence: String) throws {
        let letter = try Parsed.letter("Dear Ada,\n\n\(Parsed.body)\n\n\(sentence)")
        #expect(letter.dateline == nil)
        #expect(letter.date == nil)
        #expect(letter.body == "\(Parsed.body)\n\n\(sentence)")
    }

    @Test func `a day before the Gregorian calendar is not called Gregorian`() throws {
        let letter = try Parsed.letter("Wittenberg, 31 October 1517\n\nDear Ada,\n\n\(Parsed.body)")
        #expect(letter.date?.edtf == "1517-10-31")
        #expect(letter.date?.calendar == nil)
    }
}
