import LetterFormats

/// Letters by year and correspondents as a drawing: SVG, which every browser shows. The same letters make the same bytes.
///
/// Source: <https://www.w3.org/TR/SVG11/>
struct StatisticsPlot {
    private let name: String
    private let counts: LetterCounts
    private let growth: [GrowthCounts.Bar]
    private let correspondents: [LetterCounts.Correspondent]
    private var svg = ""

    private static let width = 860
    private static let left = 56
    private static let chartHeight = 220
    private static let rowHeight = 24
    private static let nameWidth = 260

    init(archive name: String, _ counts: LetterCounts, _ growth: GrowthCounts, top: Int) {
        self.name = name
        self.counts = counts
        self.growth = growth.bars(atMost: 120)
        correspondents = Array(counts.correspondents.prefix(top))
    }

    /// The bytes of the file.
    mutating func render() -> [UInt8] {
        let first = 64
        let third = first + Self.chartHeight + 84
        let second = growth.isEmpty ? third : third + Self.chartHeight + 84
        let height = second + max(1, correspondents.count) * Self.rowHeight + 24
        svg = """
            <?xml version="1.0" encoding="UTF-8"?>
            <svg xmlns="http://www.w3.org/2000/svg" width="\(Self.width)" height="\(height)" viewBox="0 0 \(Self.width) \(height)" \
            font-family="sans-serif" font-size="12" fill="#222">
            <title>\(Self.escaped(name))</title>
            <rect width="100%" height="100%" fill="#fff"/>
            <text x="\(Self.left)" y="28" font-size="18">\(Self.escaped(name))</text>

            """
        drawYears(top: first)
        if !growth.isEmpty { drawGrowth(top: third) }
        drawCorrespondents(top: second)
        svg += "</svg>\n"
        return Array(svg.utf8)
    }

    private mutating func drawYears(top: Int) {
        let bars = counts.bars(by: counts.span(atMost: 120))
        let undated = counts.undated == 0 ? "" : ", \(counts.undated) undated"
        text("Letters by year\(undated)", x: Self.left, y: top - 12, isHeading: true)
        draw(bars.map { ($0.label, [$0.count]) }, top: top)
    }

    private mutating func drawGrowth(top: Int) {
        text("Recorded: new letters (dark), later revisions (light)", x: Self.left, y: top - 12, isHeading: true)
        draw(growth.map { ($0.label, [$0.letters, $0.later]) }, top: top)
    }

    /// Bars side by side, the parts of each one above the other.
    private mutating func draw(_ bars: [(label: String, parts: [Int])], top: Int) {
        let bottom = top + Self.chartHeight
        let most = max(1, bars.map { $0.parts.reduce(0, +) }.max() ?? 1)
        let step = Self.step(most)
        for value in stride(from: 0, through: most, by: step) {
            let y = bottom - value * Self.chartHeight / most
            svg += "<path d=\"M\(Self.left) \(y)H\(Self.width - 20)\" stroke=\"#ddd\"/>\n"
            text("\(value)", x: Self.left - 6, y: y + 4, anchor: "end")
        }
        let room = Self.width - 20 - Self.left
        // Ten labels at most: they are up to nine characters wide.
        let every = max(1, (bars.count + 9) / 10)
        for (index, bar) in bars.enumerated() {
            let x = Self.left + index * room / bars.count
            let next = Self.left + (index + 1) * room / bars.count
            let gap = next - x > 4 ? 1 : 0
            var foot = bottom
            for (part, colour) in zip(bar.parts, ["#3b6ea5", "#a9c4e4"]) where part > 0 {
                let height = max(1, part * Self.chartHeight / most)
                let numbers = bar.parts.map(String.init).joined(separator: " + ")
                svg +=
                    "<rect x=\"\(x + gap)\" y=\"\(foot - height)\" width=\"\(max(1, next - x - 2 * gap))\" height=\"\(height)\" fill=\"\(colour)\"><title>\(bar.label): \(numbers)</title></rect>\n"
                foot -= height
            }
            if index % every == 0 { text(bar.label, x: (x + next) / 2, y: bottom + 18, anchor: "middle") }
        }
    }

    private mutating func drawCorrespondents(top: Int) {
        text("Correspondents: letters sent (dark) and received (light)", x: Self.left, y: top - 14, isHeading: true)
        let most = max(1, correspondents.map(\.total).max() ?? 1)
        let start = Self.left + Self.nameWidth
        let room = Self.width - start - 90
        for (index, person) in correspondents.enumerated() {
            let y = top + index * Self.rowHeight
            let sent = person.sent * room / most
            let both = person.total * room / most
            let shown = VisibleText.of(person.name, keepsLines: false).cut(toWidth: 38)
            text(shown, x: start - 8, y: y + 14, anchor: "end")
            if sent > 0 {
                svg += "<rect x=\"\(start)\" y=\"\(y)\" width=\"\(sent)\" height=\"18\" fill=\"#3b6ea5\"/>\n"
            }
            if both > sent {
                svg +=
                    "<rect x=\"\(start + sent)\" y=\"\(y)\" width=\"\(both - sent)\" height=\"18\" fill=\"#a9c4e4\"/>\n"
            }
            text("\(person.sent) + \(person.received)", x: start + both + 6, y: y + 14)
        }
    }

    private mutating func text(_ text: String, x: Int, y: Int, anchor: String? = nil, isHeading: Bool = false) {
        let anchored = anchor.map { " text-anchor=\"\($0)\"" } ?? ""
        let weight = isHeading ? " font-weight=\"bold\"" : ""
        svg += "<text x=\"\(x)\" y=\"\(y)\"\(anchored)\(weight)>\(Self.escaped(text))</text>\n"
    }

    /// A round number of which two to five make the most.
    private static func step(_ most: Int) -> Int {
        var unit = 1
        while true {
            for factor in [1, 2, 5] where most / (unit * factor) < 6 { return unit * factor }
            unit *= 10
        }
    }

    /// Letters are hostile input: nothing in a name is markup, and no character that XML refuses gets in.
    private static func escaped(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                VisibleText.of(text, keepsLines: false).unicodeScalars.filter { ![0xFFFE, 0xFFFF].contains($0.value) })
        ).replacing("&", with: "&amp;").replacing("<", with: "&lt;")
            .replacing(">", with: "&gt;").replacing("\"", with: "&quot;")
    }
}
