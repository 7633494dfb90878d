import Dispatch
import HTTPServer
import LetterModel
import Synchronization

/// The clients that wait for the logs of archives to grow, and what they were told.
///
/// A client is told where a log ends: when it begins to wait, and whenever the end has moved. How it got there it finds out by
/// an exchange. So a client that is slow, or was away, misses nothing by being told only the newest end.
///
/// **Invariant.** What one client is told never goes back, but for a log that did.
final class LiveEvents: Sendable {
    /// Why a client that waits is told something else than an end, or nothing any more.
    private struct Listener {
        let feed: MessageFeed
        /// Whether it may still know of the archive.
        let isAllowed: @Sendable () -> Bool
        /// When it is next looked after.
        var due: ContinuousClock.Instant
    }

    private struct Audience {
        let archive: ArchiveRecord
        /// The end that all of them were told.
        var end: Int
        var listeners: [Listener] = []
    }

    private struct State {
        var audiences: [ArchiveKey: Audience] = [:]
        var isEnded = false
    }

    /// How often a client is sent a comment and its token is looked at again: proxies close what is silent for a minute, and
    /// a client that left while it waited is noticed only by writing to it.
    static let lookAfterInterval = Duration.seconds(25)

    private let state = Mutex(State())
    /// Telling ten thousand clients takes a moment that no other client's push waits for.
    private let queue = DispatchQueue(label: "chancery.live-events")

    /// The type of the response.
    static let contentType = "text/event-stream"

    /// A feed that tells where an archive's log ends, now and whenever it has moved.
    ///
    /// - Parameters:
    ///   - end: Reads the end; called once the feed hears of growth, so that none falls in between.
    ///   - isAllowed: Asked again from time to time; when it is false the response ends.
    func listen(
        to archive: ArchiveRecord, at now: ContinuousClock.Instant, isAllowed: @escaping @Sendable () -> Bool,
        end: () throws -> Int
    ) throws -> MessageFeed {
        let feed = MessageFeed(first: LiveEvents.comment)
        let listener = Listener(feed: feed, isAllowed: isAllowed, due: now + LiveEvents.lookAfterInterval)
        let isEnded = state.withLock { state in
            state.audiences[archive.key, default: Audience(archive: archive, end: 0)].listeners.append(listener)
            return state.isEnded
        }
        guard !isEnded else {
            feed.end()
            return feed
        }
        do {
            let end = try end()
            state.withLock { state in
                guard var audience = state.audiences[archive.key] else { return }
                // Who is first reads for all; who comes later may have read before another one's push.
                audience.end = max(audience.end, end)
                feed.send(LiveEvents.message(end: audience.end))
                state.audiences[archive.key] = audience
            }
        } catch {
            feed.end()
            throw error
        }
        return feed
    }

    /// Tells those who wait for an archive that its log ends elsewhere now. Returns at once.
    func moved(_ archive: ArchiveKey, to end: Int) {
        queue.async {
            self.state.withLock { state in
                guard let audience = state.audiences[archive], end > audience.end else { return }
                LiveEvents.tell(&state.audiences[archive], end: end)
            }
        }
    }

    /// Looks after those who wait: call it every second or so.
    ///
    /// Finds out what moved without a push through this server, and what was replaced by an old copy; sends the comments; lets go of
    /// clients that left or may no longer know of the archive.
    func lookAfter(at now: ContinuousClock.Instant, end: (ArchiveRecord) -> Int?) {
        for archive in state.withLock({ $0.audiences.values.map(\.archive) }) {
            let end = end(archive)
            let due = state.withLock { state -> [Listener] in
                guard var audience = state.audiences.removeValue(forKey: archive.key) else { return [] }
                audience.listeners.removeAll { $0.feed.isReleased }
                guard !audience.listeners.isEmpty else { return [] }
                var due: [Listener] = []
                for index in audience.listeners.indices where audience.listeners[index].due <= now {
                    audience.listeners[index].due = now + LiveEvents.lookAfterInterval
                    due.append(audience.listeners[index])
                }
                var kept: Audience? = audience
                if let end, end != audience.end { LiveEvents.tell(&kept, end: end) }
                state.audiences[archive.key] = kept
                return due
            }
            for listener in due {
                if listener.isAllowed() { listener.feed.sendIfIdle(LiveEvents.comment) } else { listener.feed.end() }
            }
        }
    }

    /// How many wait.
    var count: Int { state.withLock { $0.audiences.values.reduce(0) { $0 + $1.listeners.count } } }

    /// Ends all, also those that come later: the server stops.
    func end() {
        let listeners = state.withLock { state in
            state.isEnded = true
            defer { state.audiences = [:] }
            return state.audiences.values.flatMap(\.listeners)
        }
        for listener in listeners { listener.feed.end() }
    }

    private static func tell(_ audience: inout Audience?, end: Int) {
        audience?.end = end
        for listener in audience?.listeners ?? [] { listener.feed.send(message(end: end)) }
    }

    /// Source: https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
    private static func message(end: Int) -> [UInt8] {
        Array("data: \((["sequence": .integer(end)] as JSONValue).canonicalText)\n\n".utf8)
    }

    private static let comment = Array(": waiting\n\n".utf8)
}
