import ArchiveClient
import CommandOptions
import LetterModel
import ReplicaStore

/// `chancery stats`: letters by year, and with whom.
enum StatsCommand {
    static let span = Option(
        "by", .choice(of: LetterCounts.Span.self), shownDefault: "what fits in 40 lines",
        help: "How many years one bar stands for.")
    static let top = Option(
        "top", .integer(in: 1...1000), default: 10,
        help: "How many correspondents to show, those with the most letters.")
    static let plot = Option("plot", .file, placeholder: "FILE.svg", help: "Also draw it into this file, as SVG.")

    static let description = CommandDescription(
        "stats", summary: "show how many letters there are by year, and with whom, and how the archive grew",
        discussion: """
            Letters of an uncertain year count in the first one that it may be. Correspondents are told apart by their names as they are written. Growth goes by \
            the time that a revision carries, or that this replica noted of an import.
            """,
        options: [span, top, plot],
        examples: [Example("chancery stats --plot letters.svg", help: "A chart here, and a drawing for a browser.")])

    private static let barsShown = 40

    static func run(_ values: Values, _ context: CommandContext) async throws -> CommandStatus {
        let archive = try await context.openArchive()
        let identity = try await archive.identity()
        let statistics = try await archive.statistics()
        let counts = LetterCounts(try await archive.letters())
        let growth = GrowthCounts(try await archive.growth())
        if let path = values[plot] {
            var plot = StatisticsPlot(archive: identity.name, counts, growth, top: max(values[top], 20))
            try FileSystem.write(plot.render(), to: path)
        }
        if context.isJSON {
            context.print(json(statistics, counts, growth))
        } else {
            show(identity, statistics, counts, values, context.console)
            show(growth, context.console)
        }
        return .done
    }

    private static func show(
        _ identity: ReplicaIdentity, _ statistics: ReplicaStatistics, _ counts: LetterCounts, _ values: Values,
        _ console: Console
    ) {
        let style = console.output
        let width = style.isTerminal ? style.width : 80
        console.write(
            "\(statistics.letters) letters, \(statistics.revisions) revisions, \(statistics.deletedLetters) deleted, \(statistics.conflicts) with conflicts"
        )
        let bars = counts.bars(by: values[span] ?? counts.span(atMost: barsShown))
        if !bars.isEmpty {
            console.write("")
            console.write(style.apply(.bold, to: "Letters by year"))
            let rows = bars.map { BarChart.Row(label: $0.label, parts: [$0.count]) }
            BarChart(rows).lines(width: width, style: style).forEach(console.write)
        }
        if counts.undated > 0 { console.write("\(counts.undated) without a year") }
        let shown = counts.correspondents.prefix(values[top])
        guard !shown.isEmpty else { return }
        console.write("")
        console.write(style.apply(.bold, to: "Correspondents, letters sent + received"))
        let rows = shown.map { BarChart.Row(label: $0.name, parts: [$0.sent, $0.received]) }
        BarChart(rows).lines(width: width, style: style).forEach(console.write)
        let rest = counts.correspondents.count - shown.count
        if rest > 0 { console.write("and \(rest) more: see them with --top") }
    }

    private static func show(_ growth: GrowthCounts, _ console: Console) {
        let bars = growth.bars(atMost: barsShown)
        guard !bars.isEmpty || growth.untimed > 0 else { return }
        console.write("")
        let style = console.output
        console.write(style.apply(.bold, to: "Recorded here, new letters + later revisions"))
        let rows = bars.map { BarChart.Row(label: $0.label, parts: [$0.letters, $0.later]) }
        BarChart(rows).lines(width: style.isTerminal ? style.width : 80, style: style).forEach(console.write)
        if growth.untimed > 0 {
            console.write(
                "\(CountText.of(growth.untimed, "revision")) without a time, imported elsewhere or without a note")
        }
    }

    private static func json(
        _ statistics: ReplicaStatistics, _ counts: LetterCounts, _ growth: GrowthCounts
    ) -> JSONValue {
        let years = counts.years.sorted { $0.key < $1.key }.map { year, count -> JSONValue in
            ["year": .integer(year), "letters": .integer(count)]
        }
        let correspondents = counts.correspondents.map { person -> JSONValue in
            ["name": .string(person.name), "sent": .integer(person.sent), "received": .integer(person.received)]
        }
        return [
            "letters": .integer(statistics.letters), "deleted": .integer(statistics.deletedLetters),
            "revisions": .integer(statistics.revisions), "conflicts": .integer(statistics.conflicts),
            "undated": .integer(counts.undated), "years": .array(years), "correspondents": .array(correspondents),
            "growth": .array(growth.json),
        ]
    }
}
