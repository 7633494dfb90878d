import LetterModel

/// What kind of file a name promises: for attachments that people add. Nobody relies on it; what is unknown is left out.
enum MediaTypes {
    private static let byExtension = [
        "avif": "image/avif", "csv": "text/csv",
        "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "eml": "message/rfc822", "flac": "audio/flac", "gif": "image/gif", "heic": "image/heic", "html": "text/html",
        "jp2": "image/jp2", "jpeg": "image/jpeg", "jpg": "image/jpeg", "json": "application/json", "m4a": "audio/mp4",
        "md": "text/markdown", "mov": "video/quicktime", "mp3": "audio/mpeg", "mp4": "video/mp4",
        "odt": "application/vnd.oasis.opendocument.text", "pdf": "application/pdf", "png": "image/png",
        "svg": "image/svg+xml",
        "tif": "image/tiff", "tiff": "image/tiff", "txt": "text/plain", "wav": "audio/wav", "webp": "image/webp",
        "xml": "application/xml", "zip": "application/zip",
    ]

    /// The type that the end of a name stands for; nil if it is none of the known ones.
    static func type(ofName name: String) -> String? {
        guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return nil }
        return byExtension[name[name.index(after: dot)...].lowercased()]
    }

    /// What a file of a type is to a letter unless somebody says otherwise: pictures are scans.
    static func role(ofType type: String?) -> AttachmentRole {
        type?.hasPrefix("image/") == true && type?.hasSuffix("svg+xml") == false ? .scan : .other
    }
}
