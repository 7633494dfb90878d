import LetterFormats
import LetterMerge
import LetterModel

/// The conflicts of a letter in one screen: what was there, what each side made of it word by word, which of it is shown for the time being, and what
/// the merge put together by itself.
struct ThreeWayText {
    let id: LetterID
    let view: LetterView
    /// What all heads have seen.
    let common: Letter
    /// The heads as revisions.
    let heads: [Revision]
    let style: Console.Style
    /// How a moment is told.
    let time: (Timestamp?) -> String
    /// Whether the sides have numbers, by which they are chosen.
    var isNumbered = false

    /// Columns for the name of a side: twelve digits of its revision, a mark before them, a gap behind.
    private static let labelWidth = 16
    /// How many lines one value takes on a terminal before it is cut.
    private static let lineLimit = 12
    /// How much of the text around a stretch is shown with it, in characters.
    private static let contextLimit = 36

    /// All lines.
    var lines: [String] {
        var lines = [title]
        lines += heads.flatMap(line)
        for conflict in view.conflicts { lines += [""] + section(conflict) }
        if let merged { lines += [""] + merged }
        return lines
    }

    // MARK: Heads

    var title: String {
        let title = view.letter.title.map { "  " + VisibleText.of($0, keepsLines: false) } ?? ""
        let line = "letter \(id)"
        let room = style.isTerminal ? max(10, style.width - line.count) : .max
        return style.apply(.bold, to: line) + title.cut(toWidth: room)
    }

    private func line(of head: Revision) -> [String] {
        let header = head.header
        let who = header.author?.name ?? "import"
        let what = header.isTombstone ? "deleted" : header.reason.kind?.rawValue ?? "change"
        var text = "\(what) by \(who), \(time(header.time))"
        if let message = header.reason.message { text += ": \(message)" }
        return row(label(head.id), StyledText(VisibleText.of(text, keepsLines: false)), isShown: false)
    }

    private func label(_ head: RevisionID) -> String { String(head.hex.prefix(12)) }

    /// The name of a side behind its number, where sides are chosen by it.
    private func numbered(_ label: String, _ index: Int) -> String {
        isNumbered ? String("\(index + 1) \(label)".prefix(Self.labelWidth - 3)) : label
    }

    // MARK: Conflicts

    /// One conflict: all of its places, or the one with this number.
    func section(_ conflict: Conflict, place number: Int? = nil) -> [String] {
        guard let field = conflict.field else { return deletion(conflict) }
        if conflict.hunks.isEmpty {
            return [style.apply(.bold, to: field.description)] + values(conflict, shown: view.letter[field])
        }
        let text = Array((view.letter[field]?.text ?? "").utf8)
        return conflict.hunks.enumerated().filter { number == nil || $0.offset == number }.flatMap { index, hunk in
            let place = conflict.hunks.count > 1 ? ", place \(index + 1) of \(conflict.hunks.count)" : ""
            return (index > 0 && number == nil ? [""] : []) + [style.apply(.bold, to: field.description + place)]
                + stretch(hunk, in: text)
        }
    }

    private func values(_ conflict: Conflict, shown: JSONValue?) -> [String] {
        let texts = Self.texts([conflict.base] + conflict.values.map(\.value))
        var lines = row("was", texts[0].map { StyledText($0) } ?? StyledText("(nothing)", .dim), isShown: false)
        for (number, (side, text)) in zip(conflict.values, texts.dropFirst()).enumerated() {
            let shows = text.map { changed(from: texts[0], to: $0) } ?? StyledText("(removed)", .red)
            lines += row(numbered(label(side.head), number), shows, isShown: side.value == shown)
        }
        return lines
    }

    /// A stretch of a text with the words around it.
    private func stretch(_ hunk: Conflict.Hunk, in text: [UInt8]) -> [String] {
        let place = (hunk.place ?? 0..<0).clamped(to: 0..<text.count)
        let shown = String(decoding: text[place], as: UTF8.self)
        let isInside = !hunk.values.contains { $0.utf8.contains(0x0A) } && !hunk.base.utf8.contains(0x0A)
        let (before, after) = isInside ? Self.context(of: place, in: text) : ("", "")
        func framed(_ middle: StyledText) -> StyledText {
            var framed = StyledText(before, .dim)
            framed.add(middle)
            framed.add(after, .dim)
            return framed
        }
        let nothing = before.utf8.isEmpty && after.utf8.isEmpty ? StyledText("(nothing)", .dim) : StyledText()
        let brief = BriefText(base: hunk.base, sides: hunk.values)
        var lines = row(
            "was", framed(hunk.base.utf8.isEmpty ? nothing : StyledText(hunk.base)), brief: framed(brief.ofBase),
            isShown: false)
        for (index, value) in hunk.values.enumerated() {
            let names = (hunk.heads.indices.contains(index) ? hunk.heads[index] : []).map(label)
            let middle = value.utf8.isEmpty && hunk.base.utf8.isEmpty ? nothing : changed(from: hunk.base, to: value)
            // Of several heads that say the same, the highest stands for all.
            lines += row(
                numbered((names.first ?? "one side") + (names.count > 1 ? "+" : ""), index), framed(middle),
                brief: framed(changed(from: hunk.base, to: value, isBrief: true)),
                isShown: value.hasSameBytes(as: shown))
        }
        return lines
    }

    /// What stands on the same line before and behind a stretch, cut between words.
    private static func context(of place: Range<Int>, in text: [UInt8]) -> (before: String, after: String) {
        let lineStart = text[..<place.lowerBound].lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        let lineEnd = text[place.upperBound...].firstIndex(of: 0x0A) ?? text.count
        var before = Array(String(decoding: text[lineStart..<place.lowerBound], as: UTF8.self))
        var after = Array(String(decoding: text[place.upperBound..<lineEnd], as: UTF8.self))
        if before.count > contextLimit {
            before = Array(before.suffix(contextLimit))
            if let space = before.firstIndex(of: " ") { before = Array(before[space...]) }
            before.insert("…", at: 0)
        }
        if after.count > contextLimit {
            after = Array(after.prefix(contextLimit))
            if let space = after.lastIndex(of: " ") { after = Array(after[...space]) }
            after.append("…")
        }
        return (String(before), String(after))
    }

    private func deletion(_ conflict: Conflict) -> [String] {
        var lines = [style.apply(.bold, to: "deleted and edited")]
        let was = common.title ?? common.body
        lines += row(
            "was", was.map { StyledText(String($0.prefix(200))) } ?? StyledText("(nothing)", .dim), isShown: false)
        for head in heads where conflict.heads.contains(head.id) {
            guard let letter = head.letter else {
                lines += row(label(head.id), StyledText("(the whole letter is deleted)", .red), isShown: false)
                continue
            }
            let diff = TextDiff(from: TextForm.of(common), to: TextForm.of(letter))
            let changes = DiffText.lines(diff, style: style)
            var first = true
            for change in cut(changes.isEmpty ? ["(as it was)"] : changes) {
                lines.append(prefix(first ? label(head.id) : "", isShown: first) + change)
                first = false
            }
        }
        return lines
    }

    // MARK: What was merged

    /// The members that one side or several changed and nobody has to decide.
    private var merged: [String]? {
        let open = Set(view.conflicts.compactMap { $0.field?.components.first.map(ByteKey.init) })
        var names: [String] = []
        let members = Set((heads.compactMap(\.letter) + [common]).flatMap(\.members.keys).map(ByteKey.init))
        for name in members.subtracting(open).sorted().map(\.text) {
            let sides = heads.filter { head in head.letter.map { $0.members[name] != common.members[name] } ?? false }
            guard !sides.isEmpty else { continue }
            names.append(
                sides.count == heads.count
                    ? "\(name) (every side)" : "\(name) (\(sides.map { label($0.id) }.joined(separator: ", ")))")
        }
        let more = view.conflicts.filter { $0.kind == .text && !$0.hunks.isEmpty }.compactMap(\.field).map {
            "the rest of \($0)"
        }
        guard !names.isEmpty || !more.isEmpty else { return nil }
        return [style.apply(.bold, to: "merged without asking")]
            + row("", StyledText((names + more).joined(separator: ", ")), isShown: false)
    }

    // MARK: Rows

    /// - Parameter brief: the text where all of it does not fit the screen: what matters must not be what is cut off.
    private func row(
        _ label: String, _ text: StyledText, brief: @autoclosure () -> StyledText? = nil, isShown: Bool
    ) -> [String] {
        let width = style.isTerminal ? max(20, style.width - Self.labelWidth) : nil
        var lines = text.lines(width: width, style: style)
        if style.isTerminal, lines.count > Self.lineLimit, let brief = brief() {
            lines = brief.lines(width: width, style: style)
        }
        return cut(lines).enumerated().map { index, line in
            line.utf8.isEmpty && index > 0 ? "" : prefix(index == 0 ? label : "", isShown: isShown && index == 0) + line
        }
    }

    /// The side's name, with the mark of what is shown before it.
    private func prefix(_ label: String, isShown: Bool) -> String {
        let padding = String(repeating: " ", count: max(0, Self.labelWidth - 2 - label.count))
        let look: Console.Style.Look = label == "was" ? .dim : .yellow
        return (isShown ? "▸ " : "  ") + (label.isEmpty ? "" : style.apply(look, to: label)) + padding
    }

    /// Not more than fits on one screen with the others; all of it where nobody reads along.
    private func cut(_ lines: [String]) -> [String] {
        guard style.isTerminal, lines.count > Self.lineLimit else { return lines }
        let left = lines.count - Self.lineLimit + 1
        return lines.prefix(Self.lineLimit - 1) + [
            style.apply(
                .dim,
                to: "… \(CountText.of(left, "more line")); `chancery conflicts \(id.text.prefix(8)) | less` shows all")
        ]
    }

    /// A text against what was there: what went is red, what came is green.
    private func changed(from base: String?, to text: String, isBrief: Bool = false) -> StyledText {
        var result = StyledText()
        guard let base else { return StyledText(text, style.hasColour ? .green : nil) }
        let spans = TextDiff(from: base, to: text).spans
        for (index, span) in spans.enumerated() {
            switch span.change {
            case .kept where isBrief:
                result.add(BriefText.kept(span.text, isFirst: index == 0, isLast: index == spans.count - 1))
            case .kept: result.add(span.text)
            case .removed: result.add(style.hasColour ? span.text : "[-\(span.text)-]", .red)
            case .added: result.add(style.hasColour ? span.text : "{+\(span.text)+}", .green)
            }
        }
        return result
    }

    // MARK: Values

    /// Values as people write them; as JSON where two that differ would look the same.
    static func texts(_ values: [JSONValue?]) -> [String?] {
        let texts = values.map { $0.map(text) }
        let distinct = Set(
            zip(values, texts).compactMap { value, text in value.map { [$0.canonicalText, text ?? ""] } })
        let looks = Set(distinct.map { $0[1] })
        return looks.count == distinct.count ? texts : values.map { $0.map { $0.text ?? $0.canonicalText } }
    }

    private static func text(_ value: JSONValue) -> String {
        if let text = value.text { return text }
        if let elements = value.elements { return elements.map(text).joined(separator: "\n") }
        guard case .object(let members) = value else { return value.canonicalText }
        if members["name"] != nil || members["role"] != nil, let agent = LetterText.agent(Agent(members: members)) {
            return agent
        }
        if let date = LetterText.date(LetterDate(members: members)) { return date }
        return value.canonicalText
    }
}
