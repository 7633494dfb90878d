import LetterModel

/// Finds the parts of a letter in plain text. What it cannot decide stays in the body: nothing is lost.
struct PlainTextParser {
    private(set) var letter = Letter()
    private(set) var warnings: [ImportWarning] = []
    /// The day of the page that the text was taken from, EDTF.
    private(set) var harvestedOn: String?

    private var lines: [TextLine]
    private var datelines: [(lines: [Int], dateline: Dateline)] = []
    private var greetings: [Salutation.Greeting] = []
    private var closingLanguage: String?
    private var prefixDate: EDTF?

    /// Reads a text; refuses one that is empty, or that only points to a letter.
    init(_ text: String) throws(ImportRefusal) {
        lines = TextLine.lines(of: text)
        takeFrontMatter()
        takeEndMark()
        guard firstLine != nil else {
            throw ImportRefusal(.empty, letter.members.isEmpty ? "" : "nothing follows the front matter")
        }
        let content = lines.filter { $0.part == .body && !$0.isBlank }.map(\.shown)
        guard !Pointer.isOnly(content) else { throw ImportRefusal(.stub) }
        letter.kind = .letter
        takePrefix()
        let top = takeTop()
        takeClosing(from: top)
        assemble()
    }

    // MARK: Around the letter

    private mutating func takeFrontMatter() {
        switch FrontMatter.read(lines) {
        case .none: return
        case .unreadable:
            warnings.append(
                ImportWarning(.frontMatter, "the block between --- lines could not be read, and stays in the body"))
        case .found(let matter):
            for index in 0..<matter.lineCount { lines[index].part = .dropped }
            var extra = JSONObject()
            for (key, value) in matter.members where !value.isVacant { take(key, value, extra: &extra) }
            letter.extra = extra
        }
    }

    private mutating func take(_ key: String, _ value: JSONValue, extra: inout JSONObject) {
        switch (key, value.text) {
        case ("title", let title?): letter.title = title
        case ("source_url", let url?):
            letter.identifiers = [Identifier(members: ["scheme": "url", "value": .string(url)])]
        case ("date", let date?), ("published_time", let date?):
            let day = PlainTextParser.day(date)
            if let day, key.hasSameBytes(as: "date") || harvestedOn == nil {
                harvestedOn = day.text
                // A time of day, or another spelling, says more than the day.
                if !day.text.hasSameBytes(as: date) { extra[key] = value }
            } else {
                if day == nil {
                    warnings.append(ImportWarning(.impossibleDate, "\(key) in the front matter is no date"))
                }
                extra[key] = value
            }
        default: extra[key] = value
        }
    }

    /// The day or month that a text begins with: `2020-07-15`, `2020-07-15 11:34:44-04:00`.
    private static func day(_ text: String) -> EDTF? {
        let start = text.utf8.prefix { (0x30...0x39).contains($0) || $0 == UInt8(ascii: "-") }
        do {
            return try EDTF(String(Substring(start)))
        } catch {
            // Not a day: the caller keeps the text.
            return nil
        }
    }

    /// A press release ends with "###".
    private mutating func takeEndMark() {
        guard let last = lines.lastIndex(where: { !$0.isBlank }), lines[last].part == .body else { return }
        let mark = Words.fold(lines[last].shown)
        if ["###", "\\###", "# # #", "\\# \\# \\#", "\\# # #"].contains(where: mark.hasSameBytes) {
            lines[last].part = .dropped
        }
    }

    /// `date 2020-07-15 Dear …`: the date of the page that the text was taken from.
    private mutating func takePrefix() {
        guard let index = firstLine, case let words = Words.split(lines[index].text), words.count >= 2,
            Words.key(words[0]).hasSameBytes(as: "date")
        else { return }
        let rest = words.dropFirst(2).joined(separator: " ")
        guard PlainTextParser.isDigitsAndHyphens(words[1]),
            rest.utf8.isEmpty || Words.isCapitalised(rest) || !Words.hasLetters(rest)
        else { return }
        do {
            let date = try EDTF(words[1])
            prefixDate = date
            harvestedOn = harvestedOn ?? date.text
        } catch {
            warnings.append(ImportWarning(.impossibleDate, "the line begins with a date that cannot be: \(error)"))
            letter.extra["date"] = .string(words[1])
        }
        if rest.utf8.isEmpty {
            lines[index].part = .dropped
        } else {
            let skipped = lines[index].text.unicodeScalars
            let start = PlainTextParser.start(ofWord: 2, in: skipped)
            lines[index] = TextLine(String(String.UnicodeScalarView(skipped[start...])))
        }
    }

    private static func isDigitsAndHyphens(_ word: String) -> Bool {
        let parts = word.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        return (2...3).contains(parts.count) && parts[0].count == 4
            && parts.allSatisfy { DecimalDigits.value(of: $0) != nil && $0.count <= 4 }
    }

    private static func start(ofWord number: Int, in scalars: String.UnicodeScalarView)
        -> String.UnicodeScalarView.Index
    {
        var index = scalars.startIndex
        for _ in 0..<number {
            while index < scalars.endIndex, Words.isSpace(scalars[index]) { index = scalars.index(after: index) }
            while index < scalars.endIndex, !Words.isSpace(scalars[index]) { index = scalars.index(after: index) }
        }
        while index < scalars.endIndex, Words.isSpace(scalars[index]) { index = scalars.index(after: index) }
        return index
    }

    private var firstLine: Int? {
        lines.firstIndex { $0.part == .body && !$0.isBlank }
    }

    // MARK: The letter

    /// Datelines, address and greeting; returns the first line that can be body.
    private mutating func takeTop() -> Int {
        guard let opening = Opening(lines) else { return firstLine ?? 0 }
        for (index, part) in opening.parts { lines[index].part = part }
        datelines = opening.datelines
        greetings = opening.greetings
        if !opening.recipients.isEmpty { letter.recipients = opening.recipients }
        if let address = opening.address { letter.extra["address"] = .string(address) }
        return opening.bodyStart
    }

    private mutating func takeClosing(from top: Int) {
        // A letter that is quoted without an opening of the text's own: whose closing it is cannot be told.
        guard !greetings.isEmpty || !Opening.quotesLetter(lines, from: top) else { return }
        guard let closing = Closing(lines, from: top) else { return }
        for (index, part) in closing.parts { lines[index].part = part }
        if let cut = closing.cut {
            lines[cut.line] = TextLine(cut.formula)
            lines[cut.line].part = .valediction
            var name = TextLine(cut.rest)
            name.part = .signature
            lines.insert(name, at: cut.line + 1)
            datelines += closing.datelines.map { ($0.lines.map { $0 > cut.line ? $0 + 1 : $0 }, $0.dateline) }
        } else {
            datelines += closing.datelines
        }
        closingLanguage = closing.language
    }

    // MARK: The result

    private mutating func assemble() {
        letter.salutation = greetings.isEmpty ? nil : greetings.map(\.text).joined(separator: "\n")
        letter.valediction = shown(.valediction)
        letter.signature = shown(.signature)
        let signature = paragraphs(.signature).map { $0.map { lines[$0].shown } }
        let senders = Signature.senders(signature)
        if !senders.isEmpty { letter.senders = senders }
        letter.body = written(.body)
        letter.postscript = written(.postscript)
        letter.extra["cc"] = shown(.copies).map(JSONValue.string)
        letter.extra["enclosures"] = shown(.enclosures).map(JSONValue.string)
        takeDatelines()
        letter.language =
            LanguageGuess.language(of: letter.body ?? "") ?? greetings.compactMap(\.language).first ?? closingLanguage
    }

    /// The lines of a part, without what surrounds them and without empty lines.
    private func shown(_ part: TextLine.Part) -> String? {
        let found = lines.filter { $0.part == part && !$0.isBlank }.map(\.shown)
        return found.isEmpty ? nil : found.joined(separator: "\n")
    }

    /// The lines of a part as written, paragraphs separated by one empty line.
    private func written(_ part: TextLine.Part) -> String? {
        let found = paragraphs(part).map { $0.map { lines[$0].text }.joined(separator: "\n") }
        return found.isEmpty ? nil : found.joined(separator: "\n\n")
    }

    private func paragraphs(_ part: TextLine.Part) -> [[Int]] {
        var result: [[Int]] = []
        var isOpen = false
        for index in lines.indices {
            guard lines[index].part == part, !lines[index].isBlank else {
                isOpen = false
                continue
            }
            if isOpen { result[result.count - 1].append(index) } else { result.append([index]) }
            isOpen = true
        }
        return result
    }

    private mutating func takeDatelines() {
        var texts: [String] = []
        for text in datelines.map({ $0.lines.map { lines[$0].shown }.joined(separator: "\n") })
        where !texts.contains(where: text.hasSameBytes) { texts.append(text) }
        letter.dateline = texts.isEmpty ? nil : texts.joined(separator: "\n")

        var places: [String] = []
        for place in datelines.compactMap(\.dateline.place) where !places.contains(where: place.hasSameBytes) {
            places.append(place)
        }
        // Two places contradict each other: the dateline keeps both, nobody knows which it was.
        if let place = places.first, places.count == 1 { letter.place = Place(members: ["name": .string(place)]) }

        let dated = datelines.map(\.dateline).filter { $0.dateText != nil }
        guard !dated.isEmpty else { return }
        var dates: [String] = []
        for text in dated.compactMap(\.dateText) where !dates.contains(where: text.hasSameBytes) { dates.append(text) }
        var date = LetterDate()
        date.text = dates.joined(separator: "\n")
        let known = dated.compactMap(\.edtf)
        if known.count < dated.count {
            warnings.append(ImportWarning(.impossibleDate, "the dateline has a date that no calendar has"))
        }
        if let edtf = merged(known) {
            date.edtf = edtf.text
            if let earliest = edtf.earliest, let start = CalendarDay(year: 1582, month: 10, day: 15), earliest >= start
            {
                date.calendar = "gregorian"
            }
            warnAboutPrefix(edtf)
        }
        letter.date = date
    }

    /// The date that all agree on, the narrowest; or one of those that contradict each other.
    private mutating func merged(_ dates: [EDTF]) -> EDTF? {
        guard let first = dates.first else { return nil }
        let narrowest = dates.dropFirst().reduce(first) { $1.isWithin($0) ? $1 : $0 }
        if dates.allSatisfy({ narrowest.isWithin($0) }) {
            if narrowest.text.utf8.first == UInt8(ascii: "["), datelines.contains(where: \.dateline.isAmbiguous) {
                warnings.append(ImportWarning(.ambiguousDate, "day and month can be exchanged: \(narrowest.text)"))
            }
            return narrowest
        }
        let all = dates.map { Words.strip($0.text, ["[", "]"]) }.joined(separator: ",")
        var texts: [String] = []
        for text in all.split(separator: ",").map(String.init) where !texts.contains(text) { texts.append(text) }
        warnings.append(ImportWarning(.datesDiffer, "the datelines differ: \(texts.sorted().joined(separator: ", "))"))
        do {
            return try EDTF("[\(texts.sorted().joined(separator: ","))]")
        } catch {
            // More dates than a set takes: none of them is better than the others.
            return nil
        }
    }

    private mutating func warnAboutPrefix(_ date: EDTF) {
        guard let prefixDate, !prefixDate.isWithin(date), !date.isWithin(prefixDate) else { return }
        warnings.append(
            ImportWarning(
                .datesDiffer, "the page is of \(prefixDate.text), the letter is of \(date.text); both were kept"))
    }
}

extension EDTF {
    /// Whether every day that this date can be is one that the other can be.
    fileprivate func isWithin(_ other: EDTF) -> Bool {
        guard let earliest, let latest, let first = other.earliest, let last = other.latest else {
            return self == other
        }
        return first <= earliest && latest <= last
    }
}
