import ArchiveClient
import CommandOptions
import LetterFormats
import LetterModel
import ReplicaStore

/// `chancery search`: full text, best first.
enum SearchCommand {
    static let words = Argument(
        oneOrMore: "QUERY", .text,
        help: "Words that must all occur; `war*` stands for every word that begins so, \"two words\" for a phrase.")
    static let limit = Option("limit", short: "n", .integer(in: 1...10_000), default: 20, help: "At most so many.")
    static let offset = Option("offset", .integer, default: 0, help: "After leaving out so many.")

    static let description = CommandDescription(
        "search", summary: "find letters by their words", arguments: [words], options: [limit, offset],
        examples: [Example("chancery search home leave", help: "Letters with both words.")])

    static func run(_ values: Values, _ context: CommandContext) async throws -> CommandStatus {
        let query = values[words].joined(separator: " ")
        let archive = try await context.openArchive()
        let result = try await archive.search(query, limit: values[limit], offset: values[offset])
        if context.isJSON {
            context.print(.array(result.hits.map(json)))
        } else {
            result.hits.forEach { show($0, on: context.console) }
            if result.hits.isEmpty { context.console.note("no letter has \(query)") }
        }
        if result.unindexed > 0 {
            context.console.note("the index is still catching up: \(result.unindexed) letters are not in it yet")
        }
        return .done
    }

    private static func show(_ hit: SearchResult.Hit, on console: Console) {
        let style = console.output
        let names = "\(hit.letter.senders.joined(separator: ", ")) to \(hit.letter.recipients.joined(separator: ", "))"
        let id = String(hit.letter.id.text.prefix(ListCommand.shortestPrefix(of: [])))
        let date = VisibleText.of(hit.letter.date ?? "undated", keepsLines: false)
        let title = VisibleText.of(hit.letter.title ?? names, keepsLines: false)
        let room = style.isTerminal ? max(20, style.width - id.count - date.displayWidth - 4) : .max
        console.write("\(style.apply(.bold, to: id))  \(date)  \(title.cut(toWidth: room))")
        var line = ""
        var end = 0
        let bytes = Array(hit.snippet.utf8)
        func text(_ range: Range<Int>) -> String {
            VisibleText.of(
                String(decoding: bytes[range.clamped(to: 0..<bytes.count)], as: UTF8.self), keepsLines: false)
        }
        for match in hit.matches where match.lowerBound >= end {
            line += text(end..<match.lowerBound) + style.apply(.yellow, to: text(match))
            end = match.upperBound
        }
        console.write("    " + line + text(end..<max(end, bytes.count)))
    }

    private static func json(_ hit: SearchResult.Hit) -> JSONValue {
        guard case .object(var members) = hit.letter.json else { return hit.letter.json }
        members["snippet"] = .string(hit.snippet)
        return .object(members)
    }
}
