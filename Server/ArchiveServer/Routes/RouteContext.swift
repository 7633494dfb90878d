import HTTPServer
import LetterModel
import ReplicaStore
import SyncProtocol

/// What routes work with.
struct RouteContext: Sendable {
    let gatekeeper: Gatekeeper
    let registry: ServerRegistry
    let stores: ArchiveStores
    let events: LiveEvents
    let writer: RegistryWriter
    let uploads: BodyBudget
    /// The largest attachment that is taken.
    let blobLimitBytes: Int
    let clocks: ServerClocks
    let log: ServerLog

    /// The store of an archive, or what to answer when it cannot be opened.
    func store(of archive: ArchiveRecord) throws(ProblemDetails) -> any ReplicaStore {
        do throws(StoreError) {
            return try stores.store(of: archive)
        } catch {
            throw problem(error, archive)
        }
    }

    /// Works on the store of an archive. What the store or the protocol refuses becomes the answer.
    func withStore(
        of archive: ArchiveRecord, _ work: (any ReplicaStore) throws -> Response
    ) throws -> Response {
        do {
            return try work(try store(of: archive))
        } catch let problem as Problem {
            return Response(problem)
        } catch let error as StoreError {
            throw problem(error, archive)
        }
    }

    /// What to answer when a store refused something; the log hears of faults. Nothing was changed.
    func problem(_ error: StoreError, _ archive: ArchiveRecord) -> ProblemDetails {
        // Deleted by somebody between the decision and the act.
        if case .notFound = error { return .archiveNotFound }
        let problem = Problem(error)
        if problem.status >= 500, problem.code != .busy {
            log.note(
                .error, "archive failed",
                ["archive": .string(archive.name.text), "reason": .string(error.description)])
        }
        // After a failed write or fsync nothing more is asked of a store: the next request opens it anew.
        if case .inputOutput = error { stores.drop(archive) }
        return ProblemDetails(problem)
    }

    /// Adds an act to the audit log, soon.
    func note(
        _ admission: Admission, _ action: Action, _ outcome: AuditEntry.Outcome, _ details: JSONObject = [:]
    ) {
        writer.append(entry(admission, action, outcome, details))
    }

    /// An act for the audit log.
    func entry(
        _ admission: Admission, _ action: Action, _ outcome: AuditEntry.Outcome, _ details: JSONObject = [:]
    ) -> AuditEntry {
        AuditEntry(
            time: clocks.now(), subject: "token \(admission.grant.id)", action: action.rawValue,
            object: "archive \(admission.archive.name)", outcome: outcome, details: details)
    }
}

extension RequestHead {
    /// Whether the body has a media type, parameters aside.
    ///
    /// Source: https://www.rfc-editor.org/rfc/rfc9110#section-8.3.1
    func hasMediaType(_ type: String) -> Bool {
        let fields = headers.values("Content-Type")
        guard fields.count == 1, let essence = fields.first?.utf8.split(separator: UInt8(ascii: ";")).first else {
            return false
        }
        let lowercased = essence.filter { $0 != 0x20 && $0 != 0x09 }.map { byte in
            (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
        }
        return lowercased == Array(type.utf8)
    }

    /// Whether the client has a copy that carries this entity tag.
    ///
    /// Source: https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2
    func hasCopy(tagged tag: String) -> Bool {
        headers.values("If-None-Match").contains { field in
            field.split(separator: ",").contains { part in
                var candidate = part.utf8.drop { $0 == 0x20 || $0 == 0x09 }
                while candidate.last == 0x20 || candidate.last == 0x09 { candidate.removeLast() }
                if candidate.starts(with: "W/".utf8) { candidate = candidate.dropFirst(2) }
                return candidate.elementsEqual(tag.utf8) || candidate.elementsEqual("*".utf8)
            }
        }
    }
}
