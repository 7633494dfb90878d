import Hashing
import LetterModel
import MailParsing

/// A message as a letter.
enum MailLetter {
    /// The version of the rules, in `source.importerVersion`. It changes when the same bytes give another letter.
    static let version = 2
    /// How a message is named in relations.
    ///
    /// Source: https://www.rfc-editor.org/rfc/rfc2392
    static let idScheme = "mid:"
    /// How an address is named among the URIs of an agent.
    ///
    /// Source: https://www.rfc-editor.org/rfc/rfc6068
    static let addressScheme = "mailto:"

    /// What becomes of one message.
    ///
    /// - Parameter line: the line of a mailbox that it begins on.
    static func item(_ bytes: [UInt8], isTooLong: Bool, line: Int?) -> ImportItem {
        do throws(ImportRefusal) {
            guard !isTooLong else {
                throw ImportRefusal(.tooLong, "a message has at most \(MailLimits.messageBytes) bytes", line: line)
            }
            return .letter(try letter(bytes, line: line))
        } catch {
            return .refusal(error)
        }
    }

    private static func letter(_ bytes: [UInt8], line: Int?) throws(ImportRefusal) -> ImportedLetter {
        guard bytes.contains(where: { $0 > 0x20 }) else { throw ImportRefusal(.empty, line: line) }
        let message: MailMessage
        do {
            message = try MailParser.message(bytes)
        } catch {
            let reason: ImportRefusal.Reason =
                switch error.code {
                case .syntax: .syntax
                case .binary: .binary
                case .limit: .tooLong
                case .unavailable: .unsupported
                }
            throw ImportRefusal(reason, error.context, line: line)
        }
        var letter = Letter()
        letter.kind = .email
        var warnings: [ImportWarning] = []
        describe(&letter, message, &warnings)
        // Of a letter none of them may be known.
        let isKnown = !letter.senders.isEmpty || !letter.recipients.isEmpty || letter.date != nil || letter.title != nil
        guard isKnown || message.isLetter else {
            throw ImportRefusal(
                .invalid, "it has no From, To, Date or Subject, without which it is no message", line: line)
        }
        let text = MailText(message.content)
        letter.body = text.body
        warnings += text.warnings
        let identity = SourceIdentity(bytes)
        var source = Source()
        source.sha256 = identity.digest.hex
        source.importer = "mail"
        source.importerVersion = version
        source.charset = text.charset
        letter.source = source
        var files = [bytes]
        letter.attachments = attachments(original(identity, letter.title), text.files, &files)
        do {
            try letter.validate()
        } catch {
            throw ImportRefusal(error.code == .limit ? .tooLong : .invalid, error.description, line: line)
        }
        return ImportedLetter(
            id: id(of: message, identity), letter: letter, warnings: warnings, line: line, files: files)
    }

    /// The id comes from the Message-ID and the bytes: programs have given one Message-ID to several messages.
    private static func id(of message: MailMessage, _ identity: SourceIdentity) -> LetterID {
        let name = message.messageID ?? ""
        return LetterID.derived(kind: "mail", key: Array(name.utf8) + [0] + Array(identity.digest.hex.utf8))
    }

    private static func describe(_ letter: inout Letter, _ message: MailMessage, _ warnings: inout [ImportWarning]) {
        letter.title = message.subject
        let isLetter = message.isLetter
        letter.senders = agents(message.senders, isLetter: isLetter)
        letter.recipients = CorrespDesc.distinct(
            agents(message.recipients, isLetter: isLetter) + agents(message.copies, isLetter: isLetter, field: "cc")
                + agents(message.hiddenCopies, isLetter: isLetter, field: "bcc"))
        if let text = message.dateText {
            var date = LetterDate()
            date.text = text
            if let day = message.day, let known = CalendarDay(year: day.year, month: day.month, day: day.day) {
                date.edtf = known.text
            } else {
                warnings.append(ImportWarning(.impossibleDate, "its Date is no date; it was kept as words"))
            }
            letter.date = date
        }
        if let id = message.messageID {
            var identifier = Identifier()
            identifier.scheme = "message-id"
            identifier.value = id
            letter.identifiers = [identifier]
        }
        let older = message.references.filter { id in !message.repliedTo.contains { $0.hasSameBytes(as: id) } }
        letter.relations = CorrespDesc.distinct(
            message.repliedTo.map { relation(.replyTo, $0) } + older.map { relation(.references, $0) })
        let languages = (message.languages ?? "").split(separator: ",").map { XMLText.collapsed(String($0)) }
            .filter(isLanguage)
        letter.language = languages.first
        if languages.count > 1 { letter.languages = languages }
        letter.tags = (message.keywords ?? "").split(separator: ",").map { XMLText.collapsed(String($0)) }
            .filter { !$0.utf8.isEmpty }
    }

    private static func agents(_ addresses: [MailAddress], isLetter: Bool, field: String? = nil) -> [Agent] {
        CorrespDesc.distinct(
            addresses.flatMap { address -> [Agent] in
                let members = agents(address.members, isLetter: isLetter, field: field)
                // Mail programs write a group without anybody in it where they do not tell who it is; we write so whom we know by name alone.
                let isPlaceholder =
                    address.address == nil && members.isEmpty
                    && (isLetter ? address.name == nil : isNobody(address.name))
                var agent = Agent()
                agent.name = address.name ?? address.address
                if let written = address.address { agent.uris = [addressScheme + written] }
                if !members.isEmpty { agent.kind = .group }
                agent[text: "field"] = field
                return (isPlaceholder ? [] : [agent]) + members
            })
    }

    private static func isNobody(_ name: String?) -> Bool {
        let word = (name ?? "").lowercased()
        return word.hasPrefix("undisclosed") || word.hasPrefix("unlisted") || word.hasPrefix("unknown") || word.isEmpty
    }

    private static func relation(_ type: RelationType, _ id: String) -> Relation {
        var relation = Relation()
        relation.type = type
        relation.target = idScheme + MailAddressText.escaped(id)
        return relation
    }

    /// A message is not refused for a tag that is none: the original keeps it.
    static func isLanguage(_ tag: String) -> Bool {
        do {
            try Letter(members: ["language": .string(tag)]).validate()
            return true
        } catch {
            return false
        }
    }

    /// The message itself; its name goes by the subject, so that it does not depend on the file that it came in.
    private static func original(_ identity: SourceIdentity, _ subject: String?) -> Attachment {
        var original = Attachment()
        original.blob = BlobID(identity.digest)
        original.name = SafeFileName.make(from: "\(subject ?? "message").eml", fallback: "message.eml")
        original.mediaType = "message/rfc822"
        original.size = identity.byteCount
        original.role = .original
        return original
    }

    /// What hangs on the message, each file once.
    private static func attachments(
        _ original: Attachment, _ parts: [MailText.File], _ files: inout [[UInt8]]
    ) -> [Attachment] {
        var attachments = [original]
        var seen: Set<BlobID> = []
        if let blob = original.blob { seen.insert(blob) }
        for part in parts {
            let blob = BlobID(SHA256.digest(of: part.bytes))
            guard seen.insert(blob).inserted else { continue }
            var attachment = Attachment()
            attachment.blob = blob
            attachment.name = part.name
            attachment.mediaType = part.mediaType
            attachment.size = part.bytes.count
            attachment.role = .enclosure
            attachment.order = attachments.count
            attachments.append(attachment)
            files.append(part.bytes)
        }
        return attachments
    }
}
