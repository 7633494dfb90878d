import Canaries
import LetterModel

/// Who asks.
enum Subject: Hashable, Sendable {
    /// Somebody without a token.
    case anonymous
    /// Somebody with a token that nobody gave out, or that was changed on the way.
    case unknownToken
    /// The holder of a token.
    case holder(Grant)
}

/// What an act would be done to.
enum Target: Hashable, Sendable {
    /// The server, not one of its archives.
    case server
    /// An archive that exists.
    case archive(ArchiveKey)
    /// An archive that does not exist.
    case missingArchive
}

/// What was decided about an act.
enum Decision: Hashable, Sendable {
    /// It may be done.
    case allowed
    /// 401: a token is needed.
    case tokenNeeded
    /// 401: the token is not good, or not any more.
    case tokenRefused
    /// 404: the subject may not know whether there is such an archive.
    case hidden
    /// 403: the subject knows the archive and may not do this.
    case forbidden
}

/// Whether a subject may do an act. The one place that decides; every route asks it, again when the act is done.
///
/// - Parameter now: what a token's expiry is compared with.
func authorize(_ subject: Subject, _ target: Target, _ action: Action, now: Timestamp) -> Decision {
    switch subject {
    case .anonymous: return .tokenNeeded
    case .unknownToken: return .tokenRefused
    case .holder(let grant):
        guard !grant.hasEnded(at: now) else { return .tokenRefused }
        #if CANARIES
            if Canary.foreignArchiveTold.isOn,
                case (.archive(let archive), .archive(let granted)) = (target, grant.scope), archive != granted
            {
                return .forbidden
            }
        #endif
        switch (target, grant.scope) {
        case (.missingArchive, _): return .hidden
        case (.archive(let archive), .archive(let granted)) where archive != granted: return .hidden
        default: return grant.role.actions.contains(action) ? .allowed : .forbidden
        }
    }
}
