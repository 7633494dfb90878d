import LetterModel

/// One row of a table as a letter.
struct CSVRow {
    private let cells: [CSVColumn: String]
    private let rules: CSVRules
    private(set) var warnings: [ImportWarning] = []

    init(_ cells: [CSVColumn: String], _ rules: CSVRules) {
        self.cells = cells
        self.rules = rules
    }

    /// What a cell says; nil if it is empty.
    private func text(_ column: CSVColumn) -> String? {
        cells[column].flatMap { $0.utf8.isEmpty ? nil : $0 }
    }

    /// The letter, without what all letters of the file share.
    mutating func letter() -> Letter {
        var letter = Letter()
        letter.kind = text(.kind).map { Kind(rawValue: $0) }
        letter.title = text(.title)
        letter.senders = agents(.sender, .senderID)
        letter.place = place(.senderPlace, .senderPlaceID)
        letter.date = date(.senderDate, .senderDateText)
        letter.recipients = agents(.addressee, .addresseeID)
        var received = Event()
        received.places = place(.addresseePlace, .addresseePlaceID).map { [$0] } ?? []
        received.date = date(.addresseeDate, .addresseeDateText)
        if !received.members.isEmpty {
            received.type = .received
            letter.events = [received]
        }
        letter.language = text(.language)
        letter.salutation = text(.salutation)
        letter.body = text(.body)
        letter.valediction = text(.valediction)
        letter.signature = text(.signature)
        letter.postscript = text(.postscript)
        letter.summary = text(.summary)
        letter.tags = (text(.tags).map(rules.parts) ?? []).filter { !$0.utf8.isEmpty }
        letter.collection = text(.collection)
        letter.status = text(.status).map { Status(rawValue: $0) }
        letter.identifiers = identifiers()
        if let note = text(.note) {
            var value = Note()
            value.text = note
            letter.notes = [("csv", value)]
        }
        if let edition = text(.edition) {
            var extra = letter.extra
            extra["edition"] = .string(edition)
            letter.extra = extra
        }
        return letter
    }

    /// The letter's URL, which names it if no other row has it.
    var url: String? { identifiers().first { $0.scheme?.hasSameBytes(as: "url") ?? false }?.value }

    /// A key that is an address is the letter's own, as csv2cmi takes it.
    private func identifiers() -> [Identifier] {
        var identifiers: [Identifier] = []
        for (column, scheme) in [(CSVColumn.key, "cmif"), (.url, "url")] {
            guard let value = text(column).map(XMLText.collapsed), !value.utf8.isEmpty else { continue }
            var identifier = Identifier()
            identifier.scheme = value.hasPrefix("https://") || value.hasPrefix("http://") ? "url" : scheme
            identifier.value = value
            if !identifiers.contains(identifier) { identifiers.append(identifier) }
        }
        return identifiers
    }

    private func agents(_ names: CSVColumn, _ ids: CSVColumn) -> [Agent] {
        let names = text(names).map(rules.parts) ?? []
        let ids = text(ids).map(rules.parts) ?? []
        let agents = (0..<max(names.count, ids.count)).map { index in
            var agent = Agent()
            if index < names.count {
                let (name, isConjecture) = Self.unbracketed(names[index])
                agent.name = name.utf8.isEmpty ? nil : name
                agent.evidence = isConjecture ? "conjecture" : nil
            }
            if index < ids.count, !ids[index].utf8.isEmpty { agent.uris = [ids[index]] }
            if agent.uris.contains(where: { $0.hasSameBytes(as: CorrespDesc.unknownURI) }) { agent.kind = .unknown }
            return agent
        }
        return CorrespDesc.distinct(agents)
    }

    private func place(_ name: CSVColumn, _ id: CSVColumn) -> Place? {
        var place = Place()
        if let cell = text(name) {
            let (name, isConjecture) = Self.unbracketed(XMLText.collapsed(cell))
            place.name = name.utf8.isEmpty ? nil : name
            if isConjecture { place[text: "evidence"] = "conjecture" }
        }
        if let id = text(id) { place.uris = [XMLText.collapsed(id)] }
        return place.members.isEmpty ? nil : place
    }

    /// A date in brackets is an editor's, as csv2cmi takes it; EDTF's own brackets hold several.
    private mutating func date(_ column: CSVColumn, _ words: CSVColumn) -> LetterDate? {
        var date = LetterDate()
        date.text = text(words)
        if let cell = text(column).map(XMLText.collapsed) {
            let (inner, isBracketed) = Self.unbracketed(cell)
            if isBracketed, let edtf = Self.edtf(inner) {
                date.edtf = edtf
                date.certainty = "medium"
            } else if let edtf = Self.edtf(cell) {
                date.edtf = edtf
            } else {
                date.text = date.text ?? cell
                let written = WrittenDate(in: inner)
                let isWhole = written.map { $0.before.isEmpty && $0.after.isEmpty } ?? false
                date.edtf = isWhole ? written?.edtf?.text : nil
                if isBracketed, date.edtf != nil { date.certainty = "medium" }
                if date.edtf == nil {
                    warnings.append(
                        ImportWarning(.impossibleDate, "\(column.rawValue) \(cell) is no date; it was kept as words"))
                } else if written?.isAmbiguous ?? false {
                    warnings.append(
                        ImportWarning(
                            .ambiguousDate, "\(column.rawValue) \(cell) can be read in two ways; both were kept"))
                }
            }
        }
        return date.members.isEmpty ? nil : date
    }

    private static func edtf(_ text: String) -> String? {
        do {
            return try EDTF(text).text
        } catch {
            return nil
        }
    }

    private static func unbracketed(_ text: String) -> (text: String, isBracketed: Bool) {
        guard text.utf8.first == UInt8(ascii: "["), text.utf8.last == UInt8(ascii: "]"), text.utf8.count > 2 else {
            return (text, false)
        }
        return (XMLText.collapsed(String(text.dropFirst().dropLast())), true)
    }
}
