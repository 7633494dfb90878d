private import CGMime
private import Glibc

/// Reads messages of Internet mail through GMime.
///
/// Source: https://www.rfc-editor.org/rfc/rfc5322, https://www.rfc-editor.org/rfc/rfc2045
public enum MailParser {
    /// GMime's functions, loaded at the first message; nil where it is not installed.
    nonisolated(unsafe) private static let gmime = unsafe chancery_gmime_load()

    /// The message that these bytes are; they begin with its header.
    public static func message(_ bytes: [UInt8]) throws(MailError) -> MailMessage {
        guard let gmime = unsafe gmime else {
            throw MailError(code: .unavailable, context: "mail is read by GMime: install Debian's libgmime-3.0-0")
        }
        let bodyStart = try MailHead.check(bytes)
        let parser = unsafe MessageParser(gmime, EncodedWords.repaired(bytes[..<bodyStart]) + bytes[bodyStart...])
        return try parser.message()
    }

    /// Text in a charset that is known by name; nil for an unknown charset, or bytes that are not in it.
    ///
    /// Source: https://docs.gtk.org/glib/func.convert.html
    public static func text(_ bytes: [UInt8], charset: String) -> String? {
        guard !bytes.isEmpty else { return "" }
        guard let gmime = unsafe gmime?.pointee else { return nil }
        var count = 0
        let converted = unsafe bytes.withUnsafeBytes { buffer in
            unsafe gmime.g_convert(
                buffer.baseAddress?.assumingMemoryBound(to: CChar.self), buffer.count, "UTF-8", charset, nil,
                &count, nil)
        }
        guard let converted = unsafe converted else { return nil }
        defer { unsafe gmime.g_free(converted) }
        let result = unsafe UnsafeRawBufferPointer(start: converted, count: Int(count))
        return unsafe String(validating: result, as: UTF8.self)
    }
}

/// Looks at the bytes before GMime does: what it would take silently.
private enum MailHead {
    /// Where the header ends.
    static func check(_ bytes: [UInt8]) throws(MailError) -> Int {
        guard bytes.count <= MailLimits.messageBytes else {
            throw MailError(code: .limit, context: "a message has at most \(MailLimits.messageBytes) bytes")
        }
        var start = bytes.startIndex
        var fieldCount = 0
        while start < bytes.endIndex {
            let end = bytes[start...].prefix(MailLimits.headerBytes + 1).firstIndex(of: 0x0A) ?? bytes.endIndex
            guard end <= MailLimits.headerBytes else {
                throw MailError(code: .limit, context: "a header has at most \(MailLimits.headerBytes) bytes")
            }
            let line = bytes[start..<end]
            guard !line.contains(0) else { throw MailError(code: .binary, context: "") }
            if line.isEmpty || line.elementsEqual([0x0D]) { break }
            if line.first != 0x20, line.first != 0x09 {
                guard isField(line) else {
                    // What follows a header without an empty line between is its body.
                    guard fieldCount > 0 else {
                        throw MailError(code: .syntax, context: "its first line is no field of a header")
                    }
                    break
                }
                fieldCount += 1
                guard fieldCount <= MailLimits.fields else {
                    throw MailError(code: .limit, context: "a header has at most \(MailLimits.fields) fields")
                }
            } else if fieldCount == 0 {
                throw MailError(code: .syntax, context: "its first line is no field of a header")
            }
            start = min(end + 1, bytes.endIndex)
        }
        guard fieldCount > 0 else { throw MailError(code: .syntax, context: "it has no header") }
        return start
    }

    /// Whether a line begins with a name and a colon.
    private static func isField(_ line: ArraySlice<UInt8>) -> Bool {
        let name = line.prefix { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: ":") }
        let rest = line[name.endIndex...].drop { $0 == 0x20 || $0 == 0x09 }
        return !name.isEmpty && rest.first == UInt8(ascii: ":")
    }
}

/// The day of a date of mail: "Tue, 3 Jul 1883 10:00:00 +0000".
///
/// Source: https://www.rfc-editor.org/rfc/rfc5322#section-3.3
private enum MailDay {
    private static let months = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ]

    /// Nil unless it is written so; whether a calendar has the day is not asked.
    static func read(_ text: String) -> (year: Int, month: Int, day: Int)? {
        var words = text.split { $0 == " " || $0 == "\t" || $0 == "," }.map { $0.lowercased() }
        if words.first?.utf8.count == 3, words.first?.utf8.allSatisfy({ (0x61...0x7A).contains($0) }) ?? false {
            words.removeFirst()
        }
        guard words.count >= 3, words[0].utf8.count <= 2, words[2].utf8.count == 4, let day = number(words[0]),
            let month = months.firstIndex(of: words[1]), let year = number(words[2])
        else { return nil }
        return (year, month + 1, day)
    }

    private static func number(_ word: String) -> Int? {
        word.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(word) : nil
    }
}

/// Owns one message of GMime, and copies everything out of it.
@safe private struct MessageParser: ~Copyable {
    private let functions: UnsafePointer<chancery_gmime>
    private let options: OpaquePointer?
    private let parsed: OpaquePointer?

    init(_ functions: UnsafePointer<chancery_gmime>, _ bytes: [UInt8]) {
        unsafe self.functions = unsafe functions
        let gmime = unsafe functions.pointee
        unsafe options = chancery_gmime_new_options()
        let stream = unsafe bytes.withUnsafeBytes { buffer in
            unsafe gmime.g_mime_stream_mem_new_with_buffer(
                buffer.baseAddress?.assumingMemoryBound(to: CChar.self), buffer.count)
        }
        let parser = unsafe gmime.g_mime_parser_new_with_stream(stream)
        unsafe parsed = unsafe gmime.g_mime_parser_construct_message(parser, options)
        unsafe gmime.g_object_unref(parser)
        unsafe gmime.g_object_unref(stream)
    }

    deinit {
        if let parsed = unsafe parsed { unsafe gmime.g_object_unref(parsed) }
        unsafe gmime.g_mime_parser_options_free(options)
    }

    private var gmime: chancery_gmime { unsafe functions.pointee }

    /// Whether an object is of a type of GObject's, or of one below it.
    private func isA(_ object: OpaquePointer, _ type: Int) -> Bool {
        unsafe gmime.g_type_check_instance_is_a(object, type) != 0
    }

    func message() throws(MailError) -> MailMessage {
        guard let parsed = unsafe parsed else {
            throw MailError(code: .syntax, context: "it is no message")
        }
        var message = MailMessage()
        message.senders = unsafe addresses(gmime.g_mime_message_get_from(parsed))
        if message.senders.isEmpty { message.senders = unsafe addresses(gmime.g_mime_message_get_sender(parsed)) }
        message.recipients = unsafe addresses(gmime.g_mime_message_get_to(parsed))
        message.copies = unsafe addresses(gmime.g_mime_message_get_cc(parsed))
        message.hiddenCopies = unsafe addresses(gmime.g_mime_message_get_bcc(parsed))
        message.subject = unsafe text(gmime.g_mime_message_get_subject(parsed))
        message.messageID = unsafe text(gmime.g_mime_message_get_message_id(parsed))
        message.repliedTo = unsafe ids(field("In-Reply-To", parsed))
        message.references = unsafe ids(field("References", parsed))
        message.dateText = unsafe text(field("Date", parsed))
        message.day = unsafe day(parsed)
        message.keywords = unsafe text(field("Keywords", parsed))
        message.isLetter = unsafe text(field(MailMessage.letterField, parsed)) != nil
        var partCount = 0
        if let object = unsafe gmime.g_mime_message_get_mime_part(parsed) {
            // To GMime, all fields that begin so are those of the outermost part.
            message.languages = unsafe text(gmime.g_mime_object_get_header(object, "Content-Language"))
            message.content = try unsafe part(object, depth: 1, &partCount)
        }
        return message
    }

    private func field(_ name: String, _ message: OpaquePointer) -> UnsafePointer<CChar>? {
        unsafe gmime.g_mime_object_get_header(message, name)
    }

    /// A copy; nil for none, and for white space alone.
    private func text(_ pointer: UnsafePointer<CChar>?) -> String? {
        guard let pointer = unsafe pointer else { return nil }
        let text = unsafe String(cString: pointer)
        return text.utf8.allSatisfy { $0 == 0x20 || (0x09...0x0D).contains($0) } ? nil : text
    }

    private func ids(_ pointer: UnsafePointer<CChar>?) -> [String] {
        guard let pointer = unsafe pointer else { return [] }
        let references = unsafe gmime.g_mime_references_parse(options, pointer)
        defer { unsafe gmime.g_mime_references_free(references) }
        let count = unsafe gmime.g_mime_references_length(references)
        return (0..<count).compactMap { unsafe text(gmime.g_mime_references_get_message_id(references, $0)) }
    }

    private func day(_ message: OpaquePointer) -> (year: Int, month: Int, day: Int)? {
        // GMime knows no years before 1970.
        guard let time = unsafe gmime.g_mime_message_get_date(message) else {
            return unsafe text(field("Date", message)).flatMap(MailDay.read)
        }
        var (year, month, day): (Int32, Int32, Int32) = (0, 0, 0)
        unsafe gmime.g_date_time_get_ymd(time, &year, &month, &day)
        return (Int(year), Int(month), Int(day))
    }

    private func addresses(_ list: OpaquePointer?) -> [MailAddress] {
        guard let list = unsafe list else { return [] }
        let count = unsafe gmime.internet_address_list_length(list)
        return (0..<count).compactMap { index in
            guard let address = unsafe gmime.internet_address_list_get_address(list, index) else { return nil }
            let name = unsafe text(gmime.internet_address_get_name(address))
            if unsafe isA(address, gmime.internet_address_group_get_type()) {
                // A group in a group is no address, and GMime makes none.
                let members = unsafe gmime.internet_address_group_get_members(address)
                return MailAddress(name: name, address: nil, members: unsafe mailboxes(members))
            }
            return unsafe mailbox(address, name)
        }
    }

    private func mailboxes(_ list: OpaquePointer?) -> [MailAddress] {
        guard let list = unsafe list else { return [] }
        let count = unsafe gmime.internet_address_list_length(list)
        return (0..<count).compactMap { index in
            guard let address = unsafe gmime.internet_address_list_get_address(list, index) else { return nil }
            return unsafe mailbox(address, text(gmime.internet_address_get_name(address)))
        }
    }

    private func mailbox(_ address: OpaquePointer, _ name: String?) -> MailAddress? {
        guard unsafe isA(address, gmime.internet_address_mailbox_get_type()) else { return nil }
        let written = unsafe text(gmime.internet_address_mailbox_get_addr(address))
        if name == nil, let whole = written, whole.utf8.starts(with: "=?".utf8), !whole.utf8.contains(UInt8(ascii: "@"))
        {
            // Some programs encode the address with the name, so that it is none any more.
            guard let decoded = unsafe gmime.g_mime_utils_header_decode_text(options, whole) else { return nil }
            defer { unsafe gmime.g_free(decoded) }
            return unsafe MailAddress(name: text(decoded), address: nil)
        }
        return name == nil && written == nil ? nil : MailAddress(name: name, address: written)
    }

    private func part(
        _ object: OpaquePointer, depth: Int, _ partCount: inout Int
    ) throws(MailError) -> MailPart {
        partCount += 1
        guard partCount <= MailLimits.parts else {
            throw MailError(code: .limit, context: "a message has at most \(MailLimits.parts) parts")
        }
        guard depth <= MailLimits.depth else {
            throw MailError(code: .limit, context: "parts are at most \(MailLimits.depth) deep")
        }
        let content: MailPart.Content
        if unsafe isA(object, gmime.g_mime_multipart_get_type()) {
            var parts: [MailPart] = []
            let count = unsafe gmime.g_mime_multipart_get_count(object)
            for index in 0..<max(0, count) {
                guard let child = unsafe gmime.g_mime_multipart_get_part(object, index) else { continue }
                parts.append(try unsafe part(child, depth: depth + 1, &partCount))
            }
            content = .parts(parts)
        } else if unsafe isA(object, gmime.g_mime_message_part_get_type()) {
            let message = unsafe gmime.g_mime_message_part_get_message(object)
            content = unsafe .message(message.map { unsafe written($0) } ?? [])
        } else {
            content = unsafe .bytes(decoded(object))
        }
        return unsafe described(object, content)
    }

    private func described(_ object: OpaquePointer, _ content: MailPart.Content) -> MailPart {
        let type = unsafe gmime.g_mime_object_get_content_type(object)
        let names = unsafe [
            gmime.g_mime_content_type_get_media_type(type), gmime.g_mime_content_type_get_media_subtype(type),
        ].map { unsafe text($0)?.lowercased() ?? "" }
        func parameter(_ name: String) -> String? {
            unsafe text(gmime.g_mime_object_get_content_type_parameter(object, name))
        }
        // A type that is none is text in plain words.
        let declared = unsafe text(gmime.g_mime_object_get_header(object, "Content-Type"))
        let isBroken = declared.map { !$0.utf8.contains(UInt8(ascii: "/")) } ?? false
        let disposition = unsafe text(gmime.g_mime_object_get_disposition(object))?.lowercased()
        return unsafe MailPart(
            mediaType: isBroken ? "text/plain" : names.joined(separator: "/"), charset: parameter("charset"),
            isFlowed: parameter("format")?.lowercased() == "flowed",
            deletesSpaces: parameter("delsp")?.lowercased() == "yes", isAttachment: disposition == "attachment",
            fileName: fileName(of: object), content: content)
    }

    /// The name of a part's file, read once more from fields in which every encoded word is read.
    private func fileName(of object: OpaquePointer) -> String? {
        func repaired(_ name: String) -> [CChar]? {
            let headers = unsafe gmime.g_mime_object_get_header_list(object)
            guard let header = unsafe gmime.g_mime_header_list_get_header(headers, name),
                let raw = unsafe gmime.g_mime_header_get_raw_value(header)
            else { return nil }
            let bytes = unsafe Array(UnsafeBufferPointer(start: raw, count: strlen(raw)))
            return EncodedWords.repaired(bytes.map { UInt8(bitPattern: $0) }).map { CChar(bitPattern: $0) } + [0]
        }
        if let field = repaired("Content-Disposition"),
            let disposition = unsafe gmime.g_mime_content_disposition_parse(options, field)
        {
            defer { unsafe gmime.g_object_unref(disposition) }
            let name = unsafe text(gmime.g_mime_content_disposition_get_parameter(disposition, "filename"))
            if let name { return name }
        }
        guard let field = repaired("Content-Type"),
            let type = unsafe gmime.g_mime_content_type_parse(options, field)
        else {
            return nil
        }
        defer { unsafe gmime.g_object_unref(type) }
        return unsafe text(gmime.g_mime_content_type_get_parameter(type, "name"))
    }

    private func decoded(_ object: OpaquePointer) -> [UInt8] {
        guard unsafe isA(object, gmime.g_mime_part_get_type()),
            let content = unsafe gmime.g_mime_part_get_content(object)
        else { return [] }
        return unsafe collected { unsafe _ = gmime.g_mime_data_wrapper_write_to_stream(content, $0) }
    }

    private func written(_ message: OpaquePointer) -> [UInt8] {
        unsafe collected { unsafe _ = gmime.g_mime_object_write_to_stream(message, nil, $0) }
    }

    /// What `write` writes to a stream in memory.
    private func collected(_ write: (OpaquePointer) -> Void) -> [UInt8] {
        guard let stream = gmime.g_mime_stream_mem_new() else { return [] }
        defer { unsafe gmime.g_object_unref(stream) }
        unsafe write(stream)
        guard let array = unsafe gmime.g_mime_stream_mem_get_byte_array(stream),
            let start = unsafe array.pointee.data
        else { return [] }
        return unsafe Array(UnsafeBufferPointer(start: start, count: Int(array.pointee.len)))
    }
}
