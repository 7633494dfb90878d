import Hashing
import LetterModel
import Testing

/// Letters for tests.
enum SampleLetters {
    static let archive = ArchiveID.make(time: Timestamp(milliseconds: 1), random: [UInt8](repeating: 1, count: 10))
    static let otherArchive = ArchiveID.make(time: Timestamp(milliseconds: 2), random: [UInt8](repeating: 2, count: 10))
    static let scan = Array("a scan of a letter, \0 and all".utf8)
    static let scanID = BlobID(SHA256.digest(of: scan))

    /// The first revision of a letter.
    static func revision(
        _ number: Int, archive: ArchiveID = archive, attaching blob: BlobID? = nil, body: String? = nil
    ) throws -> Revision {
        var letter = Letter()
        letter.kind = .letter
        letter.body = body ?? "This is letter \(number)."
        if let blob {
            var attachment = Attachment()
            attachment.blob = blob
            attachment.name = "scan.png"
            attachment.role = .scan
            letter.attachments = [attachment]
        }
        return try Revision(
            header: RevisionHeader(
                archive: archive, letter: .derived(kind: "test", key: Array("\(number)".utf8)), parents: [],
                content: nil,
                reason: Reason(.create)),
            letter: letter)
    }
}
