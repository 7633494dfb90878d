import LetterModel
import ReplicaStore
import Testing

@testable import ChanceryCommands

/// Counting letters, and drawing the counts.
struct StatisticsTests {
    static let plain = Console.Style(isTerminal: false, hasColour: false, width: 80)

    static func letter(_ date: String?, from senders: [String] = [], to recipients: [String] = []) -> LetterSummary {
        LetterSummary(
            id: LetterID.derived(kind: "test", key: Array((date ?? "").utf8)), date: date, senders: senders,
            recipients: recipients, title: nil, incipit: nil, status: nil, tags: [], conflicts: 0, isDeleted: false)
    }

    @Test func `letters count in their year, uncertain ones in the first that it may be, the others as undated`() {
        let counts = LetterCounts(
            ["1914-07-28", "1914", "1914-08/1915-02", "191X", "1916~", "in summer", nil].map { Self.letter($0) })
        #expect(counts.years == [1914: 3, 1910: 1, 1916: 1])
        #expect(counts.undated == 2)
        #expect(counts.bars(by: .year).map(\.label) == ["1910", "1911", "1912", "1913", "1914", "1915", "1916"])
        #expect(counts.bars(by: .year).map(\.count) == [1, 0, 0, 0, 3, 0, 1])
    }

    @Test func `years before the common era have their decade and century`() {
        let counts = LetterCounts(["-0044-03-15", "0033"].map { Self.letter($0) })
        #expect(counts.bars(by: .century).map(\.label) == ["-0100–-0001", "0000–0099"])
        #expect(counts.bars(by: .decade).first?.label == "-0050–-0041")
        #expect(counts.bars(by: .decade).map(\.count) == [1, 0, 0, 0, 0, 0, 0, 0, 1])
    }

    @Test func `the span is the shortest that fits`() {
        let counts = LetterCounts(["1880", "1935"].map { Self.letter($0) })
        #expect(counts.span(atMost: 56) == .year)
        #expect(counts.span(atMost: 40) == .decade)
        #expect(counts.span(atMost: 1) == .century)
    }

    @Test func `correspondents are told apart by their bytes, and one who is named twice counts once`() {
        let counts = LetterCounts([
            Self.letter("1900", from: ["Ada", "Ada"], to: ["Ben"]), Self.letter("1901", from: ["Ben"], to: ["Ada"]),
            Self.letter("1902", from: ["Ada"], to: ["e\u{301}"]), Self.letter("1903", from: ["\u{E9}"]),
        ])
        #expect(counts.correspondents.map(\.name.utf8.count) == [3, 3, 3, 2])
        #expect(counts.correspondents.first?.name == "Ada")
        #expect(counts.correspondents.map(\.sent) == [2, 1, 0, 1])
        #expect(counts.correspondents.map(\.received) == [1, 1, 1, 0])
    }

    @Test func `the longest bar fills the line, whatever is there shows, nothing shows nothing`() {
        let rows = [("1914", 1000), ("1915", 1), ("1916", 0)].map { BarChart.Row(label: $0.0, parts: [$0.1]) }
        let lines = BarChart(rows).lines(width: 40, style: Self.plain)
        #expect(lines[0].displayWidth <= 40 && lines[0].displayWidth >= 38)
        #expect(lines[1] == "1915  ▏ 1")
        #expect(lines[2] == "1916  0")
    }

    @Test func `two parts are told apart, and no line is too long`() {
        let rows = [
            BarChart.Row(label: "家信", parts: [30, 10]),
            BarChart.Row(label: String(repeating: "long name ", count: 9), parts: [0, 40]),
        ]
        let lines = BarChart(rows).lines(width: 60, style: Self.plain)
        #expect(lines[0].contains("█░") && lines[0].hasSuffix(" 30 + 10"))
        #expect(lines[1].contains("…") && !lines[1].contains("█"))
        #expect(lines.allSatisfy { $0.displayWidth <= 60 })
    }

    @Test(arguments: [
        (0, "0 bytes"), (1, "1 byte"), (999, "999 bytes"), (1000, "1.0 kB"), (1949, "1.9 kB"), (9_960, "10 kB"),
        (123_456, "123 kB"), (999_999, "1.0 MB"), (5_000_000, "5.0 MB"), (2_147_483_648, "2.1 GB"),
        (20_000_000_000_000_000, "20000 TB"),
    ])
    func `numbers of bytes are rounded`(count: Int, text: String) {
        #expect(ByteText.of(count) == text)
    }

    @Test(arguments: [
        (0, "just now"), (44, "just now"), (45, "a minute ago"), (120, "2 minutes ago"), (2_699, "45 minutes ago"),
        (3_600, "an hour ago"), (7_200, "2 hours ago"), (79_199, "22 hours ago"), (86_400, "a day ago"),
        (172_800, "2 days ago"), (1_209_599, "14 days ago"), (1_814_400, "3 weeks ago"), (7_890_000, "3 months ago"),
        (31_536_000, "2025-11-26"), (-200, "just now"), (-86_400, "2026-11-27"),
    ])
    func `a moment is told by how long ago it was`(secondsAgo: Int, text: String) throws {
        let now = try #require(Timestamp("2026-11-26T03:00:00.000Z"))
        let moment = Timestamp(milliseconds: now.milliseconds - secondsAgo * 1000)
        #expect(RelativeTime.text(moment, now: now) == text)
    }

    @Test func `text is broken between words, and a long word stands alone`() {
        #expect("one two three".wrapped(toWidth: 7) == ["one two", "three"])
        #expect("immeasurable one".wrapped(toWidth: 5) == ["immeasurable", "one"])
        #expect("".wrapped(toWidth: 5) == [""])
        #expect("家信 家信".wrapped(toWidth: 8) == ["家信", "家信"])
    }
}

extension StatisticsTests {
    @Test func `growth is told by month, empty ones too, and by year where there are many`() {
        let months = GrowthCounts([
            Growth(month: "2024-11", letters: 3, revisions: 5), Growth(month: "2025-02", letters: 0, revisions: 4),
            Growth(month: nil, letters: 2, revisions: 2),
        ])
        #expect(months.untimed == 2)
        #expect(months.bars(atMost: 40).map(\.label) == ["2024-11", "2024-12", "2025-01", "2025-02"])
        #expect(months.bars(atMost: 40).map(\.letters) == [3, 0, 0, 0])
        #expect(months.bars(atMost: 40).map(\.later) == [2, 0, 0, 4])
        #expect(months.bars(atMost: 3).map(\.label) == ["2024", "2025"])
        #expect(GrowthCounts([]).bars(atMost: 3) == [])
        // A clock that was wrong by centuries.
        let torn = GrowthCounts([
            Growth(month: "0001-01", letters: 1, revisions: 1), Growth(month: "9999-12", letters: 1, revisions: 1),
        ])
        #expect(torn.bars(atMost: 40).map(\.label) == ["0001", "9999"])
    }
}
