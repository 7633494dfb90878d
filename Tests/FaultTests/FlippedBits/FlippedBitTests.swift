import Foundation
import LetterModel
import ProgramTestSupport
import ReplicaStore
import ReplicaStoreConformance
import SyncTestSupport
import Testing
import TestScratch

/// A bit that flips on a disk is reported, with the letter where it is a letter's, and never travels.
@Suite(.serialized) struct FlippedBitTests {
    private static let flips = Amounts.amount("CHANCERY_FLIPS", otherwise: 60)
    /// The first byte to flip; -1 for bytes all over the file. `make soak` walks through a whole archive with it.
    private static let firstByte = Amounts.amount("CHANCERY_FLIP_FROM", otherwise: -1)
    /// Each bit of this byte and of no other: to repeat what a run found.
    private static let onlyByte = Amounts.amount("CHANCERY_FLIP_BYTE", otherwise: -1)

    @Test func `a flipped bit anywhere in the database is reported or provably unused, and never travels`() throws {
        let scratch = Scratch(mayStay: true)
        let letters = Self.firstByte >= 0 ? 250 : 25
        let patient = try Patient(scratch.url.appending(path: "patient").path, letters: letters)
        let bytes: [Int]
        if Self.onlyByte >= 0 {
            bytes = Array(repeating: Self.onlyByte, count: 8)
        } else if Self.firstByte >= 0 {
            bytes = Array(min(Self.firstByte, patient.byteCount)..<min(Self.firstByte + Self.flips, patient.byteCount))
        } else {
            bytes = try Self.chosenBytes(of: patient, count: Self.flips)
        }
        let found = FlipRun(patient: patient, syncedShare: Self.firstByte >= 0 ? 16 : 1).run(bytes)
        Amounts.report(
            "flipped-bits",
            [
                ("flips", found.flips), ("of", patient.byteCount), ("refused", found.refused),
                ("reported", found.reported), ("named", found.named), ("unused", found.unused),
                ("tolerated", found.tolerated), ("delivered", found.delivered), ("faults", found.faults.count),
            ])
        for fault in found.faults.prefix(10) {
            Issue.record(
                "\(fault)\n\(Amounts.replay("FlippedBitTests", "CHANCERY_FLIPS=\(Self.flips)", "CHANCERY_FLIP_FROM=\(Self.firstByte)"))"
            )
        }
        #expect(found.faults.isEmpty, "\(found.faults.count) of \(found.flips) bits")
        #expect(found.flips == bytes.count)
    }

    /// As many in every table and index as in the next, for most pages belong to few of them; most of them in use.
    private static func chosenBytes(of patient: Patient, count: Int) throws -> [Int] {
        var numbers = Amounts.numbers(1)
        let content = try Data(contentsOf: URL(filePath: patient.databasePath))
        let owners = Dictionary(grouping: content.indices) { patient.owner(ofByte: $0) }
        let places = owners.keys.sorted().compactMap { owners[$0] }
        return (0..<count).map { index in
            let own = places[index % places.count]
            var byte = own[Int(numbers.next() % UInt64(own.count))]
            // A byte that is zero is mostly one that nobody wrote: try a few others.
            for _ in 0..<20 where content[byte] == 0 && index % 8 != 0 {
                byte = own[Int(numbers.next() % UInt64(own.count))]
            }
            return byte
        }
    }

    @Test func `a flipped bit anywhere in a blob is reported with its letter, and never travels`() throws {
        let scratch = Scratch(mayStay: true)
        let folder = scratch.url.appending(path: "replica").path
        let store = try SQLiteReplicaStore.create(
            folder: folder, archive: RevisionMaker.archive(1), name: "letters", label: "test",
            epoch: "00000000000000ff", mode: .local)
        let bytes = (0..<500).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        var letter = Letter()
        var attachment = Attachment()
        attachment.blob = try store.storeBlob(bytes)
        attachment.size = bytes.count
        letter.attachments = [attachment]
        let replica = TestReplica("damaged", store: store)
        try replica.take([try RevisionMaker().revision(1, letter: letter)])
        let blob = try #require(attachment.blob)
        let file = URL(filePath: "\(folder)/blobs/\(blob.hex.prefix(2))/\(blob.hex.dropFirst(2))")
        let wanted = min(bytes.count, max(20, Self.flips / 10))
        for index in 0..<wanted {
            let offset = index * bytes.count / wanted
            var damaged = bytes
            damaged[offset] ^= 1 << UInt8(index % 8)
            try Data(damaged).write(to: file)
            let problems = try store.verify { _, _ in }.problems
            #expect(problems.contains { $0.kind == "blob" && $0.letter == RevisionMaker.letterID(1) }, "byte \(offset)")
            let target = TestReplica.inMemory("target", archive: 1)
            _ = try target.sync(with: replica)
            #expect(try !target.store.hasBlob(blob), "byte \(offset)")
        }
        try Data(bytes).write(to: file)
        let target = TestReplica.inMemory("target", archive: 1)
        _ = try target.sync(with: replica)
        #expect(try target.store.blob(blob) == bytes)
    }
}
