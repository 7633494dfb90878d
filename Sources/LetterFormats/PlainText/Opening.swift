import LetterModel

/// The top of a letter: datelines, the address of the recipient, the greeting.
struct Opening {
    /// What each line was taken for, by its index.
    private(set) var parts: [Int: TextLine.Part] = [:]
    private(set) var datelines: [(lines: [Int], dateline: Dateline)] = []
    private(set) var greetings: [Salutation.Greeting] = []
    private(set) var recipients: [Agent] = []
    /// The lines of the address, as written.
    private(set) var address: String?
    /// The first line that can belong to the body's end.
    private(set) var bodyStart = 0

    /// A greeting stands within so many lines that are not empty.
    private static let reach = 30

    /// Reads the top of a text; nil if there is nothing to find.
    init?(_ lines: [TextLine]) {
        let visible = lines.indices.filter { lines[$0].part == .body && !lines[$0].isBlank }.prefix(Opening.reach)
        guard let first = visible.first else { return nil }
        var found: (line: Int, salutation: Salutation)?
        for index in visible {
            if let salutation = Opening.salutation(at: index, of: lines, isFirst: index == first) {
                found = (index, salutation)
                break
            }
            if let (end, dateline) = Opening.dateline(at: index, of: lines) {
                if parts[index] == nil { take(dateline, index...end, of: lines) }
            } else if parts[index] == nil, !Opening.isHeading(index, of: lines) {
                break
            }
        }
        bodyStart = first
        guard let found else {
            // Without a greeting, only what is at the very top is a dateline.
            let isAtTop = datelines.first?.lines.first == first
            datelines = isAtTop ? Array(datelines.prefix(1)) : []
            parts = isAtTop ? parts.filter { datelines[0].lines.contains($0.key) } : [:]
            bodyStart = (datelines.last?.lines.last).map { $0 + 1 } ?? first
            return
        }
        takeGreetings(from: found.line, found.salutation, of: lines)
        takeRecipients(of: lines, before: found.line)
    }

    private mutating func take(_ dateline: Dateline, _ range: ClosedRange<Int>, of lines: [TextLine]) {
        let used = range.filter { !lines[$0].isBlank }
        datelines.append((used, dateline))
        for index in used { parts[index] = .dateline }
    }

    private static func salutation(at index: Int, of lines: [TextLine], isFirst: Bool) -> Salutation? {
        let line = lines[index].shown
        if let salutation = Salutation(line: line) {
            return !salutation.isDoubtful || isAlone(index, of: lines) || isFollowedByAlternative(index, of: lines)
                ? salutation : nil
        }
        guard isFirst, isAlone(index, of: lines) else { return nil }
        return Salutation(bareName: line)
    }

    /// Whether nothing but other greetings is in the paragraph.
    private static func isAlone(_ index: Int, of lines: [TextLine]) -> Bool {
        let isStart =
            index == 0 || lines[index - 1].isBlank || lines[index - 1].part != .body
            || Salutation(line: lines[index - 1].shown) != nil
        let isEnd =
            index + 1 >= lines.count || lines[index + 1].isBlank || Salutation(line: lines[index + 1].shown) != nil
        return isStart && isEnd
    }

    private static func isFollowedByAlternative(_ index: Int, of lines: [TextLine]) -> Bool {
        index + 1 < lines.count && lines[index + 1].shown.hasPrefix("(")
            && Salutation(line: lines[index + 1].shown) != nil
    }

    private static func dateline(at index: Int, of lines: [TextLine]) -> (end: Int, Dateline)? {
        if let dateline = Dateline(line: lines[index].shown) { return (index, dateline) }
        guard let place = Dateline(placeLine: lines[index].shown) else { return nil }
        let next = lines.indices.dropFirst(index + 1).first { !lines[$0].isBlank }
        if let next, let date = Dateline(line: lines[next].shown), date.place == nil {
            return (next, date.placed(at: place.place))
        }
        let isKnown = place.place.map(PlaceWords.isKnown) ?? false
        // Inside an address a place is part of it.
        return isKnown && isAlone(index, of: lines) ? (index, place) : nil
    }

    /// A line of a letterhead, address or title: short, no sentence. Or a paragraph of an editor, in italics or
    /// brackets.
    private static func isHeading(_ index: Int, of lines: [TextLine]) -> Bool {
        let paragraph = self.paragraph(around: index, of: lines)
        guard lines[paragraph].reduce(0, { $0 + $1.shown.utf8.count }) <= 4_000 else { return false }
        let text = Words.fold(lines[paragraph].map(\.shown).joined(separator: " "))
        let isItalic =
            text.hasPrefix("*") && text.hasSuffix("*") && !text.hasPrefix("**")
            || text.hasPrefix("_") && text.hasSuffix("_")
        if isItalic || text.hasPrefix("[") && text.hasSuffix("]") { return true }
        let words = Words.split(text)
        // The stop of "D.C." ends no sentence.
        let isProse = words.count > 12 && Signature.endsSentence(text) && (words.last?.unicodeScalars.count ?? 0) > 4
        guard !isProse, paragraph.count <= 10, words.count <= 60 else { return false }
        return lines[paragraph].allSatisfy { line in
            let isSentence = Signature.endsSentence(line.shown) && Words.split(line.shown).count > 7
            return line.shown.utf8.count <= 100 && !isSentence
        }
    }

    private static func paragraph(around index: Int, of lines: [TextLine]) -> Range<Int> {
        var start = index
        var end = index + 1
        while start > 0, index - start < reach, !lines[start - 1].isBlank, lines[start - 1].part == .body { start -= 1 }
        while end < lines.count, end - index < reach, !lines[end].isBlank { end += 1 }
        return start..<end
    }

    /// The greeting with those that follow it at once.
    private mutating func takeGreetings(from line: Int, _ first: Salutation, of lines: [TextLine]) {
        var salutation: Salutation? = first
        var index = line
        while let current = salutation {
            greetings += current.greetings
            parts[index] = .salutation
            bodyStart = index + 1
            let next = lines.indices.dropFirst(index + 1).first { !lines[$0].isBlank }
            guard let next, greetings.count < 20 else { break }
            salutation = Salutation(line: lines[next].shown)
            if salutation?.isDoubtful == true, !Opening.isAlone(next, of: lines), next != index + 1 { salutation = nil }
            index = next
        }
    }

    /// Whom the greetings name, completed by the address above them where it names the same person.
    private mutating func takeRecipients(of lines: [TextLine], before greeting: Int) {
        recipients = greetings.flatMap(Recipients.agents)
        var seen = Set<JSONValue>()
        recipients = recipients.filter { seen.insert($0.json).inserted }
        let open = lines.indices.prefix(greeting).filter {
            lines[$0].part == .body && !lines[$0].isBlank && parts[$0] == nil
        }
        guard let last = open.last else { return }
        let block = Opening.paragraph(around: last, of: lines).filter { parts[$0] == nil }
        guard (2...8).contains(block.count), let addressee = Addressee(block.map { lines[$0].shown }),
            recipients.count <= 1, addressee.fits(recipients.first)
        else { return }
        recipients = [addressee.completed(by: recipients.first)]
        address = block.map { lines[$0].shown }.joined(separator: "\n")
        for index in block { parts[index] = .address }
    }

    /// Whether a text without a greeting of its own contains one: it quotes a letter, or holds several.
    static func quotesLetter(_ lines: [TextLine], from top: Int) -> Bool {
        lines.indices.dropFirst(top).contains { index in
            guard lines[index].part == .body, !lines[index].isBlank,
                let salutation = Salutation(line: lines[index].shown)
            else {
                return false
            }
            let isStart = index == 0 || lines[index - 1].isBlank
            return salutation.isStrong && isStart
        }
    }
}

/// The address of a recipient above the greeting: name first, then offices and places.
private struct Addressee {
    private let agent: Agent
    private let nameWords: [String]

    init?(_ lines: [String]) {
        var agent = Agent()
        var rest = lines.map { Words.strip(Words.fold($0), Words.emphasis.union([","])) }
        // "His Excellency" on a line of its own, then "Mr. António Guterres"
        var honorifics: [String] = []
        while let first = rest.first {
            let (honorific, name) = Recipients.honorific(of: first)
            if let honorific { honorifics.append(honorific) }
            rest.removeFirst()
            if name.utf8.isEmpty { continue }
            guard Signature.isPersonName(name) || honorific != nil && Words.split(name).allSatisfy(Words.isCapitalised),
                !RoleWords.isOnlyRole(name)
            else { return nil }
            agent.name = name
            break
        }
        guard let name = agent.name else { return nil }
        agent.honorific = honorifics.isEmpty ? nil : honorifics.joined(separator: " ")
        agent.kind = .person
        if let office = rest.first, RoleWords.isRole(office) { agent.role = office }
        self.agent = agent
        nameWords = Words.split(Words.key(name))
    }

    /// Whether a greeting can be meant for the same person: it has no name, or one of the address.
    func fits(_ greeted: Agent?) -> Bool {
        guard let greeted else { return true }
        if greeted.kind == .group || greeted.kind == .organisation { return false }
        guard let name = greeted.name else { return true }
        return Words.split(Words.key(name)).allSatisfy { word in nameWords.contains(where: word.hasSameBytes) }
    }

    func completed(by greeted: Agent?) -> Agent {
        var result = agent
        if result.honorific == nil { result.honorific = greeted?.honorific }
        if result.role == nil { result.role = greeted?.role }
        return result
    }
}
