import ArchiveServer
import CommandOptions
import LetterModel

/// `chancery-server token create`: lets somebody in.
enum TokenCreateCommand {
    static let archive = Option(
        "archive", .archiveName, environment: "CHANCERY_SERVER_ARCHIVE", help: "The archive that the token is for.")
    static let allArchives = Flag(
        "all-archives", environment: "CHANCERY_SERVER_ALL_ARCHIVES",
        help: "The token is for all archives, also those that come later.")
    static let role = Option(
        required: "role", .choice(of: Role.self), environment: "CHANCERY_SERVER_ROLE",
        help: "A reader pulls letters, a writer also pushes them.")
    static let expires = Option(
        "expires", .tokenLifetime, default: .hours(90 * 24), environment: "CHANCERY_SERVER_EXPIRES",
        help: "How long it is good: 12h, 90d, 8w, or never.")
    static let label = Option(
        "label", .text, environment: "CHANCERY_SERVER_LABEL", help: "Whose it is or what it is for.")

    static let description = CommandDescription(
        "token create", summary: "make a token and print it once",
        discussion: "The token is printed this once and stored nowhere: the server keeps a hash of it.",
        options: [archive, allArchives, role, expires, label],
        examples: [
            Example(
                "chancery-server token create --archive letters --role writer --label \"Ada's laptop\"",
                help: "A token for one person on one machine.")
        ])

    static func run(_ values: Values, _ context: CommandContext) throws -> CommandStatus {
        let archive = values[Self.archive]
        guard (archive == nil) == values[allArchives] else {
            throw Failure.usage("give either --archive NAME or --all-archives")
        }
        let label = values[Self.label] ?? ""
        guard label.utf8.count <= Limits.labelBytes else {
            throw Failure.usage("a label has at most \(Limits.labelBytes) bytes")
        }
        let (token, grant) = try context.administration().createToken(
            archive: archive, role: values[role], label: label, lifetime: values[expires].duration)
        context.print(
            [
                "id": .string(token.id.description), "token": .string(token.text), "role": .string(grant.role.rawValue),
                "archive": archive.map { .string($0.text) } ?? .null,
                "expires": grant.expires.map { .string($0.text) } ?? .null,
            ],
            lines: [token.text])
        if !context.isJSON {
            let place = archive.map { "archive \($0)" } ?? "all archives"
            let end = grant.expires.map { "until \($0)" } ?? "until it is revoked"
            context.note("token \(token.id): \(grant.role.rawValue) of \(place), \(end); it is not shown again")
        }
        return .done
    }
}

/// `chancery-server token list`: whom the server lets in.
enum TokenListCommand {
    static let description = CommandDescription("token list", summary: "list the tokens, without their secrets")

    static func run(_ values: Values, _ context: CommandContext) throws -> CommandStatus {
        let tokens = try context.administration().tokens()
        var table = Table(["ID", "ROLE", "ARCHIVE", "STATE", "EXPIRES", "LAST USED", "LABEL"])
        for token in tokens {
            table.add([
                token.grant.id.description, token.grant.role.rawValue, token.archiveName ?? "(all)", token.state,
                token.grant.expires?.text ?? "never", token.grant.lastUsed?.text ?? "never", token.grant.label,
            ])
        }
        context.print(.array(tokens.map(\.json)), lines: tokens.isEmpty ? [] : table.lines)
        if tokens.isEmpty, !context.isJSON {
            context.note("no tokens; make one with `chancery-server token create --archive NAME --role writer`")
        }
        return .done
    }
}

/// `chancery-server token revoke`: lets somebody in no more.
enum TokenRevokeCommand {
    static let id = Argument("ID", .tokenID, help: "Which token.")

    static let description = CommandDescription(
        "token revoke", summary: "refuse a token from the next request on", arguments: [id])

    static func run(_ values: Values, _ context: CommandContext) throws -> CommandStatus {
        let isNew = try context.administration().revokeToken(values[id])
        context.print(
            ["id": .string(values[id].description), "revoked": true],
            lines: ["token \(values[id]) \(isNew ? "is refused from now on" : "was revoked before")"])
        return .done
    }
}

extension Administration.ListedToken {
    /// Whether it is good, and why not.
    var state: String {
        if grant.revoked != nil { return "revoked" }
        return hasEnded ? "expired" : "active"
    }

    /// The token as `token list` prints it. Every member is there; null is for what is not.
    var json: JSONValue {
        [
            "id": .string(grant.id.description), "role": .string(grant.role.rawValue),
            "archive": archiveName.map { .string($0) } ?? .null, "state": .string(state),
            "label": .string(grant.label), "creator": .string(grant.creator), "created": .string(grant.created.text),
            "expires": grant.expires.map { .string($0.text) } ?? .null,
            "lastUsed": grant.lastUsed.map { .string($0.text) } ?? .null,
            "revoked": grant.revoked.map { .string($0.text) } ?? .null,
        ]
    }
}
