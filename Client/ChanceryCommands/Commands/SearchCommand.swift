import ArchiveClient
import CommandOptions
import LetterFormats
import LetterModel
import ReplicaStore

/// `chancery search`: full text and what is known of letters.
enum SearchCommand {
    static let words = Argument(
        oneOrMore: "QUERY", .text,
        help: "What must all hold: words, `war*`, \"several words\", and the operators above.")
    static let sort = Option(
        "sort", .choice(of: SearchQuery.Order.self), shownDefault: "relevance; newest where no words are asked for",
        help: "The order of what is found.")
    static let limit = Option("limit", short: "n", .integer(in: 1...10_000), default: 20, help: "At most so many.")
    static let offset = Option(
        "offset", .integer(in: 0...1_000_000_000), default: 0, help: "After leaving out so many.")

    static let description = CommandDescription(
        "search", summary: "find letters by their words, people, dates and tags",
        discussion: """
            Words must all occur, anywhere in a letter or in what is noted of it; case, accents and the shape of quotes do not matter, in any script. `war*` stands for every \
            word that begins so, "two words" for a phrase. Operators: `from:NAME` and `to:NAME` (name or role of a sender, of a recipient), `tag:TAG` \
            (the whole tag), `before:DATE`, `after:DATE` and `date:DATE` (a day, a month, a year or any other EDTF date; letters that may be from that time are found, undated ones are not), \
            `has:` with \(choices("has")), `is:` with \(choices("is")). Several words go into quotes (from:"Ada Lovelace"), and a hyphen stands before what must not be: -tag:printed. \
            After `--`, an argument may begin with the hyphen. One argument is a whole query; of several, each that has spaces is taken as if it stood in quotes.

            Where more than \(SearchQuery.rankedLetters) letters fit, those that came in last are put into the order of relevance, and the others follow them.
            """,
        arguments: [words], options: [sort, limit, offset],
        examples: [
            Example("chancery search home leave", help: "Letters with both words."),
            Example(
                "chancery search from:asquith after:1914 -- -tag:printed",
                help: "What Asquith wrote after 1914 and nobody printed."),
            Example("chancery search is:conflict --sort oldest", help: "Letters with conflicts, the oldest first."),
        ])

    static func run(_ values: Values, _ context: CommandContext) async throws -> CommandStatus {
        let text = query(values[words])
        let query = try SearchQuery(text, order: values[sort])
        let archive = try await context.openArchive()
        let (limit, offset) = (values[limit], values[offset])
        let result = try await archive.search(query, limit: limit, offset: offset)
        if context.isJSON {
            context.print(.array(result.hits.map(json)))
        } else {
            result.hits.forEach { show($0, on: context.console) }
            if result.hits.isEmpty {
                context.console.note(offset == 0 ? "no letter fits \(text)" : "no more letters fit \(text)")
            } else if result.hits.count == limit, context.console.output.isTerminal {
                context.console.note("\(CountText.of(limit, "letter")); see more with --offset \(offset + limit)")
            }
        }
        if result.unindexed > 0 {
            context.console.note("the index is still catching up: \(result.unindexed) letters are not in it yet")
        }
        return .done
    }

    private static func choices(_ name: String) -> String {
        SearchFact.words(of: name).map { "`\($0)`" }.joined(separator: ", ")
    }

    /// What the arguments ask for together. The shell took the quotes off: of several arguments, one with spaces gets them again.
    static func query(_ arguments: [String]) -> String {
        guard arguments.count > 1 else { return arguments.first ?? "" }
        return arguments.map { argument in
            guard argument.contains(" "), !argument.contains("\"") else { return argument }
            var start = argument.startIndex
            if let colon = argument.firstIndex(of: ":") {
                let name = argument[..<colon].drop { $0 == "-" }
                if SearchQueryError.operators.contains(where: { $0.hasSameBytes(as: name.lowercased()) }) {
                    start = argument.index(after: colon)
                }
            } else if argument.hasPrefix("-") {
                start = argument.index(after: start)
            }
            let isPrefix = argument.hasSuffix("*")
            return "\(argument[..<start])\"\(argument[start...].dropLast(isPrefix ? 1 : 0))\"\(isPrefix ? "*" : "")"
        }.joined(separator: " ")
    }

    private static func show(_ hit: SearchResult.Hit, on console: Console) {
        let style = console.output
        let names = "\(hit.letter.senders.joined(separator: ", ")) to \(hit.letter.recipients.joined(separator: ", "))"
        let id = String(hit.letter.id.text.prefix(ListCommand.shortestPrefix(of: [])))
        let date = VisibleText.of(hit.letter.date ?? "undated", keepsLines: false)
        let title = VisibleText.of(
            hit.letter.isDamaged ? hit.letter.name : hit.letter.title ?? names, keepsLines: false)
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
