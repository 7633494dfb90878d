import LetterModel
import Testing

@testable import ChanceryCommands

/// What `doctor` makes of figures that a test cannot bring about.
struct DoctorTests {
    @Test func `a disk is full, too small for a repair, or good`() {
        func codes(_ free: Int, _ database: Int, hasNames: Bool = true) -> [String] {
            FolderExamination.disk(freeBytes: free, databaseBytes: database, hasNames: hasNames).map(\.code)
        }
        #expect(codes(99_999_999, 1) == ["diskFull"])
        #expect(codes(1_000_000_000, 1, hasNames: false) == ["diskFull"])
        #expect(codes(1_000_000_000, 1_000_000_001) == ["diskSmall"])
        #expect(codes(1_000_000_000, 1_000_000_000) == [])
        let text = FolderExamination.disk(freeBytes: 12_345_678, databaseBytes: 0, hasNames: true).first?.text
        #expect(text == "the disk has 12 MB left")
    }

    @Test func `a clock is behind the newest revision, long past, or right`() throws {
        let now = try #require(Timestamp("2026-11-26T03:00:00.000Z"))
        func codes(_ now: Timestamp, _ newest: Timestamp?) -> [String] {
            ArchiveExamination.clock(now: now, newest: newest, device: "desk").map(\.code)
        }
        #expect(codes(now, nil) == [])
        #expect(codes(now, Timestamp(milliseconds: now.milliseconds + 300_000)) == [])
        #expect(codes(now, Timestamp(milliseconds: now.milliseconds + 301_000)) == ["clock"])
        #expect(codes(Timestamp(milliseconds: 0), nil) == ["clock"])
        let told = ArchiveExamination.clock(
            now: now, newest: Timestamp(milliseconds: now.milliseconds + 86_400_000), device: "desk")
        #expect(told.first?.text.contains("the clock of desk is ahead") == true)
    }

    @Test func `writers of a file are found among the kernel's locks`() {
        let locks = """
            1: POSIX  ADVISORY  WRITE 4711 08:01:1234 1073741825 1073741825
            1: -> POSIX  ADVISORY  WRITE 4712 08:01:1234 1073741825 1073741825
            2: FLOCK  ADVISORY  WRITE 4713 08:01:1234 0 EOF
            3: POSIX  ADVISORY  READ 4714 08:01:1234 0 EOF
            4: POSIX  ADVISORY  WRITE 4715 08:01:999 0 EOF
            5: OFDLCK ADVISORY  WRITE -1 08:01:1234 0 EOF
            nonsense

            """
        #expect(FolderExamination.writers(ofFile: 1234, locks: locks) == [4711])
    }
}
