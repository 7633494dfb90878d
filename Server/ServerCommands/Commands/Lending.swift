import ArchiveServer
import LetterModel

/// A laptop's replica that `serve --replica` lends, and the token that lets others at it.
struct Lending {
    let replica: LentReplica
    private let token: AccessToken
    private let grant: Grant

    init(_ path: String, _ role: Role, _ lifetime: TokenLifetime, _ context: CommandContext) throws {
        let administration = try context.administration(create: true)
        replica = try administration.lend(replica: path)
        (token, grant) = try administration.createToken(
            archive: replica.archive, role: role, label: "lent", lifetime: lifetime.duration)
    }

    /// Adds what others need to the members that `--json` prints.
    func tell(_ url: String, _ members: inout JSONObject) {
        members["archive"] = .string(replica.archive.text)
        members["address"] = .string("\(url)/\(replica.archive)")
        members["token"] = .string(token.text)
        members["role"] = .string(grant.role.rawValue)
        members["expires"] = grant.expires.map { .string($0.text) } ?? .null
    }

    /// What to tell those whom it is lent to.
    func lines(_ url: String) -> [String] {
        let end = grant.expires.map { "until \($0)" } ?? "until it is revoked"
        return [
            "for others:  CHANCERY_TOKEN=\(token.text) chancery clone \(url)/\(replica.archive)",
            "the token is a \(grant.role.rawValue)'s, good \(end); it is not shown again",
        ]
    }
}
