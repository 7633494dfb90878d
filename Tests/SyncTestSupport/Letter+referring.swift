public import LetterModel

extension Letter {
    /// A letter with one attachment.
    public static func referring(to blob: BlobID, byteCount: Int?, body: String = "see the scan") -> Letter {
        var attachment = Attachment()
        attachment.blob = blob
        attachment.size = byteCount
        attachment.name = "scan.png"
        var letter = Letter()
        letter.body = body
        letter.attachments = [attachment]
        return letter
    }
}
