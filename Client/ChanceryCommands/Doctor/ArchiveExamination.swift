import ArchiveClient
import LetterModel
import ReplicaStore

/// Looks at an archive from inside: its clock, its database, what waits for a person.
struct ArchiveExamination {
    private let archive: Archive
    private let context: CommandContext

    init(_ archive: Archive, _ context: CommandContext) {
        self.archive = archive
        self.context = context
    }

    // MARK: The clock

    func clock() async throws -> [Finding] {
        let newest = try await archive.recentRevisions(limit: 200).map(\.revision.header).max { left, right in
            (left.time ?? .distantPast) < (right.time ?? .distantPast)
        }
        return Self.clock(now: context.surroundings.now(), newest: newest?.time, device: newest?.device)
    }

    /// What this machine's time and that of the newest revision say of clocks.
    static func clock(now: Timestamp, newest: Timestamp?, device: String?) -> [Finding] {
        let remedy =
            "set it: `timedatectl set-ntp true`; nothing is decided by clocks, but histories are read by them, and TLS refuses certificates"
        // No version of this program is older.
        if let start = Timestamp("2026-01-01T00:00:00.000Z"), now < start {
            return [Finding(.problem, "clock", "this machine's clock says \(now), which is long ago", remedy: remedy)]
        }
        guard let newest, newest.milliseconds - now.milliseconds > 300_000 else { return [] }
        let whose = device.map { "the clock of \($0) is ahead" } ?? "another machine's is ahead"
        return [
            Finding(
                .advice, "clock",
                "a revision was written at \(newest), and here it is \(now): this machine's clock is behind, or \(whose)",
                remedy: remedy)
        ]
    }

    // MARK: The database

    func database() async throws -> [Finding] {
        let report = try await archive.verifyQuickly()
        var findings = report.problems.prefix(10).map { problem in
            let letter = problem.letter.map { "letter \($0): " } ?? ""
            return Finding(
                .problem, "damaged", letter + problem.text,
                remedy:
                    "`chancery verify --repair` fetches from remotes what is damaged; look for the disk's own errors with `dmesg`"
            )
        }
        if report.problems.count > 10 {
            findings.append(
                Finding(.problem, "damaged", "and \(report.problems.count - 10) more; `chancery verify` lists all"))
        }
        return findings
    }

    // MARK: What waits

    func letters() async throws -> [Finding] {
        let counts = try await archive.statistics()
        let held = try await archive.unconfirmedDeletions().held
        var findings: [Finding] = []
        if !held.isEmpty {
            findings.append(
                Finding(
                    .problem, "heldDeletions",
                    "others deleted \(held.count) letters, too many at once: they are held back, and shown as before",
                    remedy:
                        "see them with `chancery status`, then `chancery sync --accept-deletions` or `--reject-deletions`"
                ))
        }
        func add(_ count: Int, _ level: Finding.Level, _ code: String, _ text: String, _ remedy: String) {
            if count > 0 { findings.append(Finding(level, code, text, remedy: remedy)) }
        }
        add(
            counts.quarantined, .advice, "quarantined",
            "\(counts.quarantined) revisions were received damaged, or are none that this version can take, and were set aside",
            "sync again, and ask who runs the remote to check it; nothing of them is shown")
        add(
            counts.waiting, .advice, "waiting", "\(counts.waiting) revisions wait for what they build on",
            "sync with whoever wrote them; they are taken when the rest comes")
        add(
            counts.missingBlobs, .advice, "missingBlobs",
            "\(CountText.of(counts.missingBlobs, "attachment", "is", "are")) not on this machine",
            "`chancery config blobs all` and `chancery sync` fetch them, if that is wanted")
        add(
            counts.conflicts, .advice, "conflicts",
            "\(CountText.of(counts.conflicts, "letter", "has", "have")) conflicts",
            "`chancery conflicts` shows them, `chancery resolve` settles them")
        if try await archive.author() == nil, context.environment["CHANCERY_AUTHOR"]?.isEmpty ?? true {
            findings.append(
                Finding(
                    .advice, "noAuthor", "nobody is named as the author of changes that are made here",
                    remedy: "`chancery config author \"Name <mail>\"`"))
        }
        return findings
    }

    // MARK: Remotes

    /// What stands between this replica and its remotes; each is asked unless `isOffline`.
    func remotes(isOffline: Bool) async throws -> [Finding] {
        let remotes = try await archive.remotes()
        guard !remotes.isEmpty else {
            return [
                Finding(
                    .advice, "noRemotes", "this archive has no remote: its letters are on this disk only",
                    remedy: "`chancery remote add NAME URL`, or keep bundles elsewhere: `chancery bundle create`")
            ]
        }
        var findings: [Finding] = []
        for remote in remotes {
            let name = "\(remote.name) (\(remote.address))"
            if !isOffline, let reason = await obstacle(to: remote, isOnlyOne: remotes.count == 1) {
                let unsent = remote.unsent > 0 ? "; \(remote.unsent) revisions are not there yet" : ""
                findings.append(Finding(.problem, reason.code, "\(name): \(reason.text)\(unsent)"))
            } else if remote.unsent > 0 {
                findings.append(
                    Finding(
                        .advice, "unsent", "\(name): \(remote.unsent) revisions were not sent yet",
                        remedy: "`chancery sync \(remote.name)`"))
            }
            for refusal in try await archive.refusals(by: remote.name).prefix(3) {
                findings.append(
                    Finding(
                        .problem, "refused",
                        "\(name) refused revision \(refusal.revision.hex.prefix(12)) of letter \(refusal.letter.text.prefix(8)): \(refusal.text)",
                        remedy:
                            "mend the letter with `chancery edit`, or send it again with `chancery sync --retry-refused`"
                    ))
            }
        }
        for entry in try await archive.evidence()
        where ["forked", "rewound", "lostRevisions", "wiped"].contains(entry.kind) {
            findings.append(
                Finding(
                    .advice, entry.kind,
                    "\(entry.remote) lost or rewrote history on \(entry.time); what it lacked was sent again",
                    remedy: "ask who runs it what happened; `chancery status --evidence` shows what was seen"))
        }
        return findings
    }

    private func obstacle(to remote: Remote, isOnlyOne: Bool) async -> (code: String, text: String)? {
        do {
            let address = try RemoteAddress(parsing: remote.address)
            let token = try SyncRun(context).token(for: address, isOnlyOne: isOnlyOne)
            guard let error = try await archive.obstacle(to: remote.name, token: token) else { return nil }
            return (error.code, error.description)
        } catch {
            let failure = Failure(error)
            return (failure.code, failure.message)
        }
    }
}

extension Timestamp {
    /// Before all that anybody wrote.
    fileprivate static let distantPast = Timestamp(milliseconds: .min)
}
