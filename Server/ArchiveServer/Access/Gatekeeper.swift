import HTTPServer
import Hashing
import LetterModel
import Synchronization

/// Finds out who asks, and lets ``authorize(_:_:_:now:)`` decide. Every route goes through here.
///
/// What was read is kept for as long as nobody has committed to the registry since, which is looked at for each request: a token that was
/// revoked, or an archive that was deleted, by another process is refused at the next question.
final class Gatekeeper: Sendable {
    private let registry: ServerRegistry
    private let writer: RegistryWriter
    private let clocks: ServerClocks
    private let log: ServerLog
    private let denials = Mutex(DenialLimit())
    private let known = Mutex(KnownAdmissions())
    private let today = Mutex(Today())

    init(registry: ServerRegistry, writer: RegistryWriter, clocks: ServerClocks, log: ServerLog) {
        self.registry = registry
        self.writer = writer
        self.clocks = clocks
        self.log = log
    }

    /// Admits a request to an act on the server itself, or throws what to answer.
    func admit(_ head: RequestHead, to action: Action) throws(ProblemDetails) -> Grant {
        let subject = try subject(of: head, registry.currentGeneration)
        return try decide(head, subject, .server, action, object: nil)
    }

    /// Admits a request to an act on the archive that its route names, or throws what to answer.
    func admitToArchive(of head: RequestHead, to action: Action) throws(ProblemDetails) -> Admission {
        let generation = registry.currentGeneration
        let subject = try subject(of: head, generation)
        let name = head.parameters["archive"] ?? ""
        let archive = try archive(named: name, generation)
        let target: Target = if let archive { .archive(archive.key) } else { .missingArchive }
        // Only names that could be one are written down: a path may hold anything.
        let object: () -> String = { "archive \(ArchiveName(name)?.text ?? "?")" }
        let grant = try decide(head, subject, target, action, object: object)
        guard let archive else { throw .archiveNotFound }
        return Admission(grant: grant, archive: archive)
    }

    /// Whether who was admitted may do another act as well. Nothing is written down.
    func allows(_ admission: Admission, _ action: Action) -> Bool {
        allows(admission.grant, admission.archive, action)
    }

    /// Whether a holder may do an act on an archive. Nothing is written down.
    func allows(_ grant: Grant, _ archive: ArchiveRecord, _ action: Action) -> Bool {
        authorize(.holder(grant), .archive(archive.key), action, now: clocks.now()) == .allowed
    }

    private func decide(
        _ head: RequestHead, _ subject: Subject, _ target: Target, _ action: Action, object: (() -> String)?
    ) throws(ProblemDetails) -> Grant {
        let now = clocks.now()
        let decision = authorize(subject, target, action, now: now)
        if case .holder(let grant) = subject, decision == .allowed {
            noteUse(of: grant, now: now)
            return grant
        }
        // A token that asks for what it may not have is put off by its id, everybody else by address.
        let source = if case .holder = subject, decision != .tokenRefused { subject.name } else { head.peer.address }
        if let seconds = denials.withLock({ $0.take(source, at: clocks.uptime()) }) {
            throw .tooManyDenials(retryAfterSeconds: seconds)
        }
        writer.append(
            AuditEntry(
                time: now, subject: subject.name, action: action.rawValue, object: object?(), outcome: .denied,
                details: ["reason": .string("\(decision)"), "peer": .string(head.peer.address)]))
        switch decision {
        case .tokenNeeded: throw .tokenNeeded
        case .hidden: throw .archiveNotFound
        case .forbidden: throw .forbidden
        case .tokenRefused, .allowed: throw .tokenRefused
        }
    }

    /// Who asks, by the `Authorization` field.
    ///
    /// Source: https://www.rfc-editor.org/rfc/rfc6750#section-2.1
    ///
    /// - Parameter generation: The registry's at this moment; nil if it has to be read.
    private func subject(of head: RequestHead, _ generation: Int?) throws(ProblemDetails) -> Subject {
        let fields = head.headers.values("Authorization")
        guard let field = fields.first else { return .anonymous }
        guard fields.count == 1 else { return .unknownToken }
        let presented = SHA256.digest(of: Array(field.utf8))
        if let grant = known.withLock({ $0.grant(presenting: presented, in: generation) }) { return .holder(grant) }
        let parts = Array(field.utf8).split(separator: UInt8(ascii: " "), maxSplits: 1)
        guard parts.count == 2, parts[0].map({ $0 | 0x20 }) == Array("bearer".utf8),
            let token = AccessToken(String(decoding: parts[1], as: UTF8.self))
        else { return .unknownToken }
        let (stored, read) = try reading { () throws(ServerFailure) in try registry.tokenAndGeneration(token.id) }
        guard token.hasSecret(of: stored?.secretHash), let stored else { return .unknownToken }
        known.withLock { $0.keep(stored.grant, presenting: presented, in: read) }
        return .holder(stored.grant)
    }

    /// The archive of a name; nil if none is in use, or if it is no name.
    private func archive(named text: String, _ generation: Int?) throws(ProblemDetails) -> ArchiveRecord? {
        guard let name = ArchiveName(text) else { return nil }
        if let archive = known.withLock({ $0.archive(named: name, in: generation) }) { return archive }
        let (archive, read) = try reading { () throws(ServerFailure) in try registry.archiveAndGeneration(named: name) }
        if let archive { known.withLock { $0.keep(archive, in: read) } }
        return archive
    }

    /// Notes the day, once a day for each token.
    private func noteUse(of grant: Grant, now: Timestamp) {
        guard let day = today.withLock({ $0.day(of: now) }), grant.lastUsed != day else { return }
        writer.noteUse(of: grant.id, at: now)
    }

    /// The day of the last moment that was asked for: it is the same for many requests.
    private struct Today {
        private var number: Int?
        private var day: CalendarDay?

        mutating func day(of time: Timestamp) -> CalendarDay? {
            let (quotient, rest) = time.milliseconds.quotientAndRemainder(dividingBy: 86_400_000)
            let number = rest < 0 ? quotient - 1 : quotient
            if self.number != number { (self.number, day) = (number, time.day) }
            return day
        }
    }

    /// Reads the registry; where that fails nobody can be admitted.
    private func reading<Value>(_ read: () throws(ServerFailure) -> Value) throws(ProblemDetails) -> Value {
        do throws(ServerFailure) {
            return try read()
        } catch {
            log.note(.error, "registry failed", ["reason": .string(error.description)])
            throw .registryFailed
        }
    }
}

/// A request that may act on an archive.
struct Admission: Sendable {
    /// What the token allows.
    let grant: Grant
    /// The archive.
    let archive: ArchiveRecord
}

extension Subject {
    /// The subject as the audit log names it.
    var name: String {
        switch self {
        case .anonymous: "anonymous"
        case .unknownToken: "unknown token"
        case .holder(let grant): "token \(grant.id)"
        }
    }
}

extension Timestamp {
    /// The day in UTC; nil outside the years 0 to 9999.
    var day: CalendarDay? {
        let parts = text.utf8.prefix(10).split(separator: UInt8(ascii: "-")).map { DecimalDigits.value(of: $0) ?? -1 }
        guard parts.count == 3 else { return nil }
        return CalendarDay(year: parts[0], month: parts[1], day: parts[2])
    }
}
