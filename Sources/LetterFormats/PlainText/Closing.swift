import LetterModel

/// The end of a letter: formula, signature, dateline, postscript, copies, enclosures.
///
/// Found from the end: the last formula after which nothing comes but what follows a formula. So "Sincerely" in the
/// body, or at the end of a letter that the body quotes, is none.
struct Closing {
    /// What each line was taken for, by its index.
    var parts: [Int: TextLine.Part] = [:]
    /// The datelines, in the order of the text, each with its lines.
    var datelines: [(lines: [Int], dateline: Dateline)] = []
    /// The language of the formula; nil if there is none.
    var language: String?
    /// Where a formula and a name share a line: what the line is cut into.
    var cut: (line: Int, formula: String, rest: String)?

    /// How far from the end a formula or a signature can stand, in lines that are not empty.
    private static let reach = 80
    private static let reachWithoutFormula = 16

    /// Looks for the end of a letter behind its first lines.
    ///
    /// - Parameter top: the first line that can belong to it.
    init?(_ lines: [TextLine], from top: Int) {
        let scanner = ClosingScanner(lines: lines, top: top)
        let tail = lines.indices.filter { $0 >= top && !lines[$0].isBlank && lines[$0].part == .body }
        for line in tail.suffix(Closing.reach).reversed() {
            if let found = scanner.closing(withFormulaAt: line) {
                self = found
                return
            }
        }
        for line in tail.suffix(Closing.reachWithoutFormula) {
            if let found = scanner.closing(withSignatureAt: line) {
                self = found
                return
            }
        }
        for line in tail.suffix(Closing.reachWithoutFormula) {
            if let found = scanner.closing(withAddendumAt: line) {
                self = found
                return
            }
        }
        return nil
    }

    fileprivate init() {}
}

/// Reads on from a place where the end of a letter may begin.
private struct ClosingScanner {
    /// Nobody takes leave more often.
    private static let maximumFormulas = 3

    let lines: [TextLine]
    let top: Int

    private func shown(_ index: Int) -> String { Words.strip(lines[index].shown, Words.emphasis) }

    private func isParagraphStart(_ index: Int) -> Bool {
        index == top || index == 0 || lines[index - 1].isBlank || lines[index - 1].part != .body
    }

    private func isParagraphEnd(_ index: Int) -> Bool {
        index + 1 >= lines.count || lines[index + 1].isBlank
    }

    private func paragraphEnd(from index: Int) -> Int {
        var end = index
        while !isParagraphEnd(end) { end += 1 }
        return end
    }

    private func nextLine(after index: Int) -> Int? {
        lines.indices.dropFirst(index + 1).first { !lines[$0].isBlank && lines[$0].part == .body }
    }

    private func previousLine(before index: Int) -> Int? {
        lines.indices.prefix(index).last { !lines[$0].isBlank && $0 >= top && lines[$0].part == .body }
    }

    // MARK: With a formula

    func closing(withFormulaAt index: Int) -> Closing? {
        if let language = sentenceFormula(at: index) {
            let end = paragraphEnd(from: index)
            guard var closing = rest(from: end + 1, isAfterFormula: true) else { return nil }
            for line in index...end { closing.parts[line] = .valediction }
            closing.language = language
            return closing
        }
        guard let formula = Formula(line: shown(index)), formula.isWhole || stands(formula, at: index) else {
            return nil
        }
        var cut: (line: Int, formula: String, rest: String)?
        if let name = formula.rest {
            guard Signature.isPlausible(name, isFirst: true) else { return nil }
            cut = (index, formula.text, name)
        }
        guard var closing = rest(from: index + 1, isAfterFormula: true) else { return nil }
        closing.cut = cut
        closing.language = formula.language
        closing.parts[index] = .valediction
        // "With best wishes," above "Sincerely,"
        var line = index
        var count = 1
        while count < ClosingScanner.maximumFormulas, let previous = previousLine(before: line),
            let above = Formula(line: shown(previous)), above.rest == nil,
            above.isWhole || previous == line - 1
        {
            closing.parts[previous] = .valediction
            line = previous
            count += 1
        }
        return closing
    }

    /// A formula that the table does not have word for word must stand as formulas do.
    private func stands(_ formula: Formula, at index: Int) -> Bool {
        if formula.hasComma {
            return isParagraphStart(index) || isParagraphEnd(index) || Signature.endsSentence(lines[index - 1].shown)
                || lines[index - 1].shown.hasSuffix(",")
        }
        return isParagraphStart(index) && isParagraphEnd(index)
    }

    /// The language of a paragraph that is a closing formula in a sentence.
    private func sentenceFormula(at index: Int) -> String? {
        guard isParagraphStart(index), paragraphEnd(from: index) - index < 12, lines[index].shown.utf8.count <= 800
        else { return nil }
        let text = Words.fold(lines[index...paragraphEnd(from: index)].map(\.shown).joined(separator: " "))
        guard text.utf8.count <= 800 else { return nil }
        let key = Words.key(text)
        guard let found = ClosingWords.sentences.first(where: { key.hasPrefix($0.start) }) else { return nil }
        guard ClosingWords.sentenceMarks.contains(where: key.contains) else { return nil }
        let stops = text.unicodeScalars.dropLast().filter { $0 == "." || $0 == "?" || $0 == "!" }.count
        return stops <= 1 ? found.language : nil
    }

    // MARK: Without a formula

    /// A name in a paragraph of its own behind the text.
    func closing(withSignatureAt index: Int) -> Closing? {
        guard isParagraphStart(index), index > top, let previous = previousLine(before: index), isProse(previous) else {
            return nil
        }
        let line = shown(index)
        let isRoleFirst =
            RoleWords.isRole(line) && nextLine(after: index).map { Signature.isPersonName(shown($0)) } ?? false
        guard Signature.isPersonName(line) || isRoleFirst, paragraphEnd(from: index) - index < 6 else { return nil }
        return rest(from: index, isAfterFormula: false)
    }

    /// A dateline, postscript, list of copies or of enclosures behind the text.
    func closing(withAddendumAt index: Int) -> Closing? {
        guard isParagraphStart(index), index > top else { return nil }
        return rest(from: index, isAfterFormula: false, takesSignature: false)
    }

    /// Whether a line ends a sentence, or is too long for anything but prose.
    private func isProse(_ index: Int) -> Bool {
        let line = Words.stripEnd(shown(index), Words.quotes.union([")", "]"]))
        let isLong = lines[index].shown.utf8.count > 60 || !isParagraphStart(index)
        return Signature.endsSentence(line) && (isLong || Words.split(line).count > 3) || isLong
    }

    // MARK: What follows

    /// Everything from a line to the end; nil if something is there that cannot follow.
    private func rest(from start: Int, isAfterFormula: Bool, takesSignature: Bool = true) -> Closing? {
        var closing = Closing()
        var takesSignature = takesSignature
        var isPostscript = false
        var signatureCount = 0
        var index = start
        while index < lines.count {
            guard !lines[index].isBlank, lines[index].part == .body else {
                index += 1
                continue
            }
            let line = shown(index)
            let key = Words.key(String(line.unicodeScalars.prefix(80)))
            if ClosingWords.begins(key, ClosingWords.postscripts) {
                isPostscript = true
                takesSignature = false
                mark(index...paragraphEnd(from: index), as: .postscript, in: &closing)
            } else if let part = listPart(key) {
                isPostscript = false
                takesSignature = false
                markList(from: index, as: part, in: &closing)
            } else if let (end, dateline) = self.dateline(at: index, isAfterSignature: signatureCount > 0) {
                closing.datelines.append((Array(index...end).filter { !lines[$0].isBlank }, dateline))
                mark(index...end, as: .dateline, in: &closing)
            } else if isPostscript {
                mark(index...paragraphEnd(from: index), as: .postscript, in: &closing)
            } else if isPointer(index) {
                // "View the unclassified report here": stays in the body.
                takesSignature = false
                index = paragraphEnd(from: index)
            } else if takesSignature, isSignature(index, count: signatureCount, isAfterFormula: isAfterFormula) {
                closing.parts[index] = .signature
                signatureCount += 1
            } else {
                return nil
            }
            while closing.parts[index + 1] != nil { index += 1 }
            index += 1
        }
        return closing.parts.isEmpty && !isAfterFormula ? nil : closing
    }

    private func isSignature(_ index: Int, count: Int, isAfterFormula: Bool) -> Bool {
        guard count < Signature.maximumLines else { return false }
        let line = shown(index)
        if isAfterFormula { return Signature.isPlausible(line, isFirst: count == 0) }
        guard count > 0, !isParagraphStart(index) else {
            return Signature.isPersonName(line) || RoleWords.isRole(line) || count > 0 && RoleWords.isBody(line)
        }
        return Signature.isPlausible(line, isFirst: false)
    }

    private func mark(_ range: ClosedRange<Int>, as part: TextLine.Part, in closing: inout Closing) {
        for line in range { closing.parts[line] = part }
    }

    /// A list goes to the end of its paragraph, unless another list begins in it.
    private func markList(from index: Int, as part: TextLine.Part, in closing: inout Closing) {
        var part = part
        for line in index...paragraphEnd(from: index) {
            part = listPart(Words.key(String(shown(line).unicodeScalars.prefix(80)))) ?? part
            closing.parts[line] = part
        }
    }

    private func listPart(_ key: String) -> TextLine.Part? {
        if ClosingWords.begins(key, ClosingWords.copies) { return .copies }
        return ClosingWords.isEnclosures(key) ? .enclosures : nil
    }

    /// A dateline on one line, or a place with the date below it.
    private func dateline(at index: Int, isAfterSignature: Bool) -> (end: Int, Dateline)? {
        let line = shown(index)
        if let dateline = Dateline(line: line) { return (index, dateline) }
        guard let place = Dateline(placeLine: line) else { return nil }
        let isKnown = place.place.map(PlaceWords.isKnown) ?? false
        guard isKnown || isAfterSignature && !RoleWords.isRole(line) else { return nil }
        if let next = nextLine(after: index), let date = Dateline(line: shown(next)), date.place == nil {
            return (next, date.placed(at: place.place))
        }
        return isKnown ? (index, place) : nil
    }

    private func isPointer(_ index: Int) -> Bool {
        guard paragraphEnd(from: index) - index < 12 else { return false }
        let text = lines[index...paragraphEnd(from: index)].map(\.shown).joined(separator: " ")
        return Pointer.hasLink(text) && text.utf8.count <= 800
    }
}

/// A line that is a closing formula.
private struct Formula {
    let language: String
    /// Whether the table has it word for word.
    let isWhole: Bool
    let hasComma: Bool
    /// The formula, and what follows it on the same line, if anything does.
    let text: String
    let rest: String?

    init?(line: String) {
        guard line.utf8.count <= 400 else { return nil }
        let line = Words.strip(Words.fold(line), Words.emphasis)
        guard !line.utf8.isEmpty, line.utf8.count <= 140, line.unicodeScalars.first != ">" else { return nil }
        let key = Words.stripEnd(Words.key(line), Words.lineEnds)
        hasComma = line.hasSuffix(",") || line.hasSuffix("،") || line.hasSuffix("，")
        if let formulas = ClosingWords.all.first(where: { $0.whole.contains(ByteKey(key)) }) {
            language = formulas.language
            isWhole = true
            text = line
            rest = nil
            return
        }
        // "Sincerely, Ada Lovelace"
        if let comma = line.firstIndex(of: ",") {
            let formula = Words.key(line[..<comma])
            let name = Words.trim(line[line.index(after: comma)...])
            if Signature.isPersonName(name),
                let formulas = ClosingWords.all.first(where: { $0.whole.contains(ByteKey(formula)) })
            {
                language = formulas.language
                isWhole = true
                text = String(line[...comma])
                rest = name
                return
            }
        }
        let words = Words.split(key)
        guard words.count <= 9, Words.isCapitalised(line),
            line.unicodeScalars.last.map({ ![".", "?", ":", "。"].contains($0) }) ?? false
        else { return nil }
        let isOpen = hasComma
        let found = ClosingWords.all.first { formulas in
            formulas.starts.contains { key.hasPrefix($0) } && (isOpen || words.count <= 6)
                || formulas.ends.contains { end in key.hasSuffix(" " + end) }
        }
        guard let found else { return nil }
        language = found.language
        isWhole = false
        text = line
        rest = nil
    }
}

extension Dateline {
    /// The same date at a place that stands on the line before.
    func placed(at place: String?) -> Dateline {
        Dateline(place: place, dateText: dateText, edtf: edtf, isAmbiguous: isAmbiguous)
    }
}

extension ClosingWords {
    /// Whether a line begins with one of these.
    static func begins(_ key: String, _ starts: [String]) -> Bool {
        starts.contains { key.utf8.starts(with: $0.utf8) }
    }

    /// "Enclosure", "Enclosures (2)", "Encl.: report"; not "Enclosures were sent to you in May."
    static func isEnclosures(_ key: String) -> Bool {
        guard
            let start = enclosures.filter({ key.utf8.starts(with: $0.utf8) }).max(by: { $0.utf8.count < $1.utf8.count })
        else {
            return false
        }
        let after = key.unicodeScalars.dropFirst(start.unicodeScalars.count)
        guard let next = after.first(where: { $0 != " " }) else { return true }
        return Words.lineEnds.contains(next) || next == "(" || next == "№" || next.properties.numericType == .decimal
            || [".", ":", " "].contains(start.unicodeScalars.last)
    }

    /// Words of which a closing sentence has one.
    static let sentenceMarks = [
        "assurance", "consideration", "considération", "esteem", "respect", "sentiments", "salutations", "servant",
        "regards",
        "hochachtung", "consideración", "considerazione", "saluti", "stima", "уверения", "уважени", "почтени",
        "ehtiram", "saygı",
        "الاحترام", "التقدير", "atentamente", "dévoué", "yours",
    ]
}

/// A text that only points to a letter elsewhere.
enum Pointer {
    static func hasLink(_ text: String) -> Bool {
        ["http://", "https://", "www.", "](/"].contains { text.contains($0) }
    }

    /// Whether a text has a link and, besides, few words that begin as pointers do.
    static func isOnly(_ lines: [String]) -> Bool {
        guard lines.reduce(0, { $0 + $1.utf8.count }) <= 2_000 else { return false }
        let text = lines.joined(separator: " ")
        guard hasLink(text) else { return false }
        let words = Words.split(text).filter { !hasLink($0) }
        guard words.count <= 25 else { return false }
        let key = Words.strip(Words.key(words.joined(separator: " ")), ["<", ">", "[", "(", "*"])
        return words.isEmpty || starts.contains { key.hasPrefix($0) }
    }

    private static let starts = [
        "to view", "to read", "to see", "to download", "view ", "read ", "see ", "click ", "download",
        "the letter is available",
        "the letter can be", "the full text", "full text", "the text of the letter", "available at", "letter available",
    ]
}
