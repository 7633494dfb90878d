import LetterMerge
import LetterModel

extension LetterSummary {
    /// The row that a letter's view gives.
    init(_ id: LetterID, _ view: LetterView) {
        let letter = view.letter
        self.init(
            id: id, date: letter.date?.edtf ?? letter.date?.text, senders: Self.names(letter.senders),
            recipients: Self.names(letter.recipients), title: letter.title,
            incipit: letter.body.flatMap(LetterSummary.incipit), status: letter.status, tags: letter.tags,
            conflicts: view.conflicts.count, isDeleted: view.isDeleted)
    }

    /// The row of a letter whose bytes are damaged.
    static func damaged(_ id: LetterID, conflicts: Int, isDeleted: Bool) -> LetterSummary {
        LetterSummary(
            id: id, date: nil, senders: [], recipients: [], title: nil, incipit: nil, status: nil, tags: [],
            conflicts: conflicts, isDeleted: isDeleted, isDamaged: true)
    }

    private static func names(_ agents: [Agent]) -> [String] {
        agents.compactMap { $0.name ?? $0.role }
    }
}

extension LetterSummary {
    /// The first words of a text on one line, at most 100 characters; nil if there are none.
    package static func incipit(_ body: String) -> String? {
        plainIncipit(body) ?? anyIncipit(body)
    }

    /// The same for a text that begins with nothing but ASCII; nil for any other one, and for one without words. Most do, and a list of
    /// everything makes this line for every letter.
    private static func plainIncipit(_ body: String) -> String? {
        var line: [UInt8] = []
        line.reserveCapacity(104)
        var isSpaceDue = false
        for byte in body.utf8.prefix(1_000) {
            guard byte < 0x80 else { return nil }
            guard byte > 0x20, byte != 0x7F else {
                isSpaceDue = !line.isEmpty
                continue
            }
            if isSpaceDue { line.append(0x20) }
            line.append(byte)
            isSpaceDue = false
            if line.count > 102 { break }
        }
        guard !line.isEmpty else { return nil }
        guard line.count > 100 else { return String(decoding: line, as: UTF8.self) }
        var end = 100
        if line[100] != 0x20, let space = line[..<100].lastIndex(of: 0x20) { end = space }
        return String(decoding: line[..<end], as: UTF8.self)
    }

    /// The same for any text, by its characters.
    package static func anyIncipit(_ body: String) -> String? {
        var line = String.UnicodeScalarView()
        var count = 0
        var isPlain = true
        var isSpaceDue = false
        // Looking at so many scalars bounds the work for a text of nothing but white space, or of nothing but marks.
        for scalar in body.unicodeScalars.prefix(1_000) {
            let isASCII = scalar.value < 0x80
            if isASCII ? scalar.value <= 0x20 || scalar.value == 0x7F : scalar.properties.isWhitespace {
                isSpaceDue = count > 0
                continue
            }
            if isSpaceDue { line.append(" ") }
            line.append(scalar)
            count += isSpaceDue ? 2 : 1
            isSpaceDue = false
            isPlain = isPlain && isASCII
            // Outside ASCII a character may be many scalars.
            if count > (isPlain ? 102 : 400) { break }
        }
        return cut(String(line))
    }

    /// The text up to 100 characters, at the end of a word, unless the first word is all there is.
    private static func cut(_ line: String) -> String? {
        guard !line.isEmpty else { return nil }
        guard line.count > 100 else { return line }
        let cut = line.prefix(100)
        guard let space = cut.lastIndex(of: " "), line[cut.endIndex] != " " else { return String(cut) }
        return String(cut[..<space])
    }
}
