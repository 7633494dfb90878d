import ArchiveClient
import LetterModel
import ReplicaStore

/// One sync with one remote, as `sync` and `clone` show it.
struct SyncRun {
    private let context: CommandContext

    init(_ context: CommandContext) {
        self.context = context
    }

    /// Syncs, and says what happened. A failure is in the report.
    func sync(_ archive: Archive, _ name: String, _ url: String, isOnlyOne: Bool) async -> SyncReport {
        var report: SyncReport
        do {
            let address = try RemoteAddress(parsing: url)
            let token = try token(for: address, isOnlyOne: isOnlyOne)
            let bar = ProgressBar(name, on: context.console)
            report = try await archive.sync(with: name, token: token) { bar.update($0) }
            bar.clear()
        } catch {
            report = SyncReport(remote: name)
            report.failure = error as? SyncError ?? .notAServer(detail: Failure(error).message)
        }
        say(report, name, url)
        return report
    }

    /// `CHANCERY_TOKEN` counts only where a single server is talked to: a token belongs to one origin.
    func token(for address: RemoteAddress, isOnlyOne: Bool) throws -> String? {
        guard case .server(let address) = address else { return nil }
        if isOnlyOne, let token = context.environment["CHANCERY_TOKEN"], !token.isEmpty { return token }
        return try TokenFile(context).token(for: address.origin)
    }

    /// Says what a sync did, and what a person should know of it.
    func say(_ report: SyncReport, _ name: String, _ url: String) {
        let console = context.console
        for notice in report.notices { console.note("\(name): \(notice.description)") }
        if report.unlistedNotices > 0 {
            console.note("\(name): and \(report.unlistedNotices) more revisions or blobs like these")
        }
        for rejected in report.rejected {
            console.note(
                "\(name): refused revision \(rejected.revision.hex.prefix(12)) of letter \(rejected.letter): \(rejected.text)"
            )
        }
        if let failure = report.failure {
            console.note("chancery: \(name) (\(url)): \(failure.description)")
            return
        }
        guard !context.isJSON else { return }
        var parts = ["sent \(report.pushed)", "received \(report.pulled)"]
        if report.blobsSent > 0 { parts.append("\(CountText.of(report.blobsSent, "attachment")) sent") }
        if report.blobsReceived > 0 { parts.append("\(CountText.of(report.blobsReceived, "attachment")) received") }
        console.write("\(name): \(parts.joined(separator: ", "))")
        if report.conflicts > 0 {
            console.note(
                "\(CountText.of(report.conflicts, "letter", "has", "have")) conflicts: see `chancery conflicts`")
        }
    }

    /// The status of a command that synced with these.
    static func status(_ reports: [SyncReport], hasConflicts: Bool) -> CommandStatus {
        let failed = reports.filter { $0.failure != nil }.count
        if failed == reports.count { return .failed }
        if failed > 0 || reports.contains(where: \.isPartial) { return .partlyDone }
        return hasConflicts ? .doneWithConflicts : .done
    }
}

extension ProgressBar {
    /// Shows how far a sync has come: attachments with their bytes.
    func update(_ progress: SyncProgress) {
        guard progress.totalBytes > 0 else { return update(done: progress.done, total: progress.total) }
        update(
            doneBytes: progress.doneBytes, totalBytes: progress.totalBytes,
            of: "attachment \(min(progress.done + 1, progress.total)) of \(progress.total)")
    }
}

extension SyncReport {
    /// The row of `sync --json`.
    var json: JSONValue {
        let milliseconds = Int((seconds * 1000).rounded())
        var members: JSONObject = [
            "remote": .string(remote), "pushed": .integer(pushed), "pulled": .integer(pulled),
            "conflicts": .integer(conflicts), "requests": .integer(requests), "bytesSent": .integer(bytesSent),
            "bytesReceived": .integer(bytesReceived),
            // Our JSON has integers only.
            "seconds": .integer((milliseconds + 999) / 1000), "milliseconds": .integer(milliseconds),
            "rejected": .array(
                rejected.map {
                    [
                        "revision": .string($0.revision.hex), "letter": .string($0.letter.text),
                        "code": .string($0.code),
                        "text": .string($0.text),
                    ]
                }),
        ]
        if blobsSent + blobsReceived + blobsMissing > 0 {
            members["blobs"] = [
                "sent": .integer(blobsSent), "received": .integer(blobsReceived), "missing": .integer(blobsMissing),
            ]
        }
        if unlistedNotices > 0 { members["unlistedNotices"] = .integer(unlistedNotices) }
        if !notices.isEmpty {
            members["notices"] = .array(notices.map { ["code": .string($0.code), "text": .string($0.description)] })
        }
        if let failure {
            members["error"] = ["code": .string(failure.code), "message": .string(failure.description)]
        }
        return .object(members)
    }
}
