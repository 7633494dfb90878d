import ArchiveServer
import CommandOptions
import LetterModel
import ReplicaStore

/// `chancery-server check`: re-hashes everything that the server keeps.
enum CheckCommand {
    static let description = CommandDescription(
        "check", summary: "verify every archive, the registry and the audit log",
        discussion: """
            Computes every hash anew and compares everything that is derived from the letters, also while the server runs. \
            The list of tokens has no hash: its structure is checked, not its values.
            """)

    static func run(_ values: Values, _ context: CommandContext) throws -> CommandStatus {
        let report = try context.administration().check()
        var lines: [String] = []
        for archive in report.archives {
            switch archive.result {
            case .success(let found):
                lines.append(
                    "\(archive.name): \(counted(found.revisions, "revision")), \(counted(found.blobs, "blob"))"
                )
                for problem in found.problems {
                    lines.append("\(archive.name): \(problem.kind) \(problem.object ?? ""): \(problem.text)")
                }
            case .failure(let error): lines.append("\(archive.name): \(error.description)")
            }
        }
        if let problem = report.registryProblem { lines.append("server.sqlite: \(problem)") }
        lines.append("audit log: \(counted(report.auditEntryCount, "entry", "entries"))")
        if let wrong = report.firstWrongAuditEntry {
            lines.append("audit log: entry \(wrong) was changed, put in or taken out")
        }
        context.print(report.json, lines: lines)
        return report.isWell ? .done : .failed
    }
}

extension Administration.CheckReport {
    /// The report as `check --json` prints it.
    fileprivate var json: JSONValue {
        let rows = archives.map { archive -> JSONValue in
            switch archive.result {
            case .success(let found):
                return [
                    "name": .string(archive.name.text), "revisions": .integer(found.revisions),
                    "blobs": .integer(found.blobs), "problems": .array(found.problems.map(\.json)),
                ]
            case .failure(let error):
                return [
                    "name": .string(archive.name.text),
                    "error": ["code": "store", "message": .string(error.description)],
                ]
            }
        }
        return [
            "archives": .array(rows), "registryProblem": registryProblem.map { .string($0) } ?? .null,
            "auditEntries": .integer(auditEntryCount),
            "firstWrongAuditEntry": firstWrongAuditEntry.map { .integer($0) } ?? .null,
        ]
    }
}

extension VerificationReport.Problem {
    fileprivate var json: JSONValue {
        var members: JSONObject = ["kind": .string(kind), "text": .string(text)]
        members["letter"] = letter.map { .string($0.text) }
        members["object"] = object.map { .string($0) }
        return .object(members)
    }
}
