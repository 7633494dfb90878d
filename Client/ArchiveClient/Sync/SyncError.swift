public import LetterModel
public import ReplicaStore
public import SyncProtocol

/// Why a sync ended early. What was done before is kept; the next sync goes on from there.
public enum SyncError: Error, Equatable, Sendable {
    /// No complete response came.
    case transport(TransportError)
    /// The token is missing, unknown, expired or revoked (401).
    case unauthorized
    /// The token may not do this (403).
    case forbidden
    /// There is no such archive, or the token may not know of it (404).
    case notFound
    /// Both sides hold letters, of two different archives (409).
    case archiveMismatch(here: ArchiveID, there: ArchiveID?)
    /// The remote speaks another version of the protocol (426, or the version of its answer).
    case version(found: Int?)
    /// The remote takes no request of this size (413), however small.
    case tooLarge
    /// The remote has no time (429, 503).
    case busy(retryAfterSeconds: Int?)
    /// The remote failed (other statuses).
    case remoteFailed(status: Int, code: String?)
    /// The remote points elsewhere, and redirects are not followed: a token belongs to one origin.
    case redirected(location: String?)
    /// What answered is no Chancery server: a login page of a network, a proxy's page, another program.
    case notAServer(detail: String)
    /// The remote answered what no server should.
    case malformedResponse(detail: String)
    /// An edit travelled as its difference from a revision that is not whole at the end that got it. Whole letters are sent next.
    case baseMissing
    /// The remote's log does not fit together, also when it is read from the start.
    case forked
    /// This replica could not do it.
    case store(StoreError)
    /// The folder that is the remote cannot be used now.
    case folder(RemoteFolderError)
    /// The bundle that is the remote cannot be read or written.
    case bundle(BundleError)
    /// Somebody asked to stop.
    case cancelled

    /// A stable word for scripts.
    public var code: String {
        switch self {
        case .transport(.unreachable): "unreachable"
        case .transport(.tls): "tls"
        case .transport(.timedOut), .transport(.tooSlow): "timeout"
        case .transport(.cut): "cut"
        case .transport(.notHTTP), .notAServer: "notAServer"
        case .transport(.cancelled), .cancelled: "cancelled"
        case .transport(.unusable): "unusable"
        case .unauthorized: "unauthorized"
        case .forbidden: "forbidden"
        case .notFound: "notFound"
        case .archiveMismatch: "archiveMismatch"
        case .version: "version"
        case .tooLarge: "tooLarge"
        case .busy: "busy"
        case .remoteFailed: "remoteFailed"
        case .redirected: "redirected"
        case .malformedResponse: "malformedResponse"
        case .baseMissing: "baseMissing"
        case .forked: "forked"
        case .store: "replica"
        case .folder(let error): error.code
        case .bundle(let error): error.code
        }
    }

    /// Whether a server that answered other requests says by this that it does not have the route.
    var meansNoSuchRoute: Bool {
        switch self {
        case .notFound: true
        case .remoteFailed(let status, _): [405, 501].contains(status)
        case .notAServer(let detail): detail.hasSameBytes(as: SyncError.plainNotFound)
        default: false
        }
    }

    /// Whether a server says by this that it cannot read what it was sent.
    var meansRefusedBody: Bool {
        if case .remoteFailed(let status, _) = self { return [400, 415, 422].contains(status) }
        return false
    }

    /// What is said of a 404 without problem details.
    static let plainNotFound = "it answered 404 (not found)"

    /// Whether the same may go well in a moment.
    var isRetryable: Bool {
        switch self {
        case .transport(.cut), .transport(.timedOut), .transport(.tooSlow), .transport(.unreachable): true
        case .busy, .malformedResponse, .store(.cursorMoved), .store(.busy): true
        case .remoteFailed(let status, _): [408, 500, 502, 504].contains(status)
        default: false
        }
    }
}

extension SyncError: CustomStringConvertible {
    /// What failed, and what to do next.
    public var description: String {
        switch self {
        case .transport(let error): return error.description
        case .unauthorized:
            return "the remote does not know your token, or it has expired; get a new one, then `chancery login`"
        case .forbidden: return "your token may not sync with this archive; ask who runs the server for one that may"
        case .notFound:
            return "the server has no such archive, or your token may not know of it; check the address and the token"
        case .archiveMismatch(let here, let there):
            let other = there.map { "\($0)" } ?? "another one"
            return
                "these are two different archives (\(here) here, \(other) there) and are never mixed; clone the other one into a folder of its own, or export from one and import into the other"
        case .version(let found):
            let theirs = found.map { "version \($0)" } ?? "another version"
            return
                "the server speaks \(theirs) of the protocol, this program version \(ProtocolLimits.version); update the older of the two"
        case .tooLarge:
            return "the server, or a proxy before it, takes no request of this size; ask who runs it for more"
        case .busy(let seconds):
            return "the server has no time now; sync again " + (seconds.map { "in \($0) seconds" } ?? "later")
        case .remoteFailed(let status, let code):
            return "the server failed (\(status)\(code.map { ", " + $0 } ?? "")); sync again later, or ask who runs it"
        case .redirected(let location):
            return
                "the address points elsewhere (\(location ?? "nowhere named")); sign in to the network if it asks for that, or correct the remote's address"
        case .notAServer(let detail):
            return
                "this is not a Chancery server: \(detail); sign in to the network if it asks for that, then check the address"
        case .malformedResponse(let detail): return "the remote's answer cannot be read: \(detail); sync again"
        case .baseMissing:
            return "an edit was packed against a letter that the other side does not hold whole; sync again"
        case .forked:
            return
                "the remote's log does not fit together; nothing of it was taken that does not fit: ask who runs it to check it"
        case .store(let error): return error.description
        case .folder(let error): return error.description
        case .bundle(let error): return error.description
        case .cancelled: return "stopped; everything up to here is kept"
        }
    }
}
