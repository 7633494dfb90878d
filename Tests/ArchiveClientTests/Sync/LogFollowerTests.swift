import ArchiveClient
import Hashing
import LetterModel
import ReplicaStore
import SyncProtocol
import Testing

struct LogFollowerTests {
    let ids = (0..<5).map { RevisionID(SHA256.digest(of: [$0])) }
    let epoch = "00000000000000aa"

    func position(_ count: Int) -> LogPosition {
        ids[..<count].reduce(LogPosition(epoch: epoch, sequence: 0, chain: .zero)) { $0.extended(by: $1) }
    }

    @Test func `entries that lead to the checkpoint are taken`() throws {
        var follower = LogFollower(after: nil, epoch: epoch)
        follower.take(ids[0])
        follower.take(ids[1])
        #expect(follower.position.sequence == 0)
        try follower.close(at: Cursor(position(2)))
        #expect(follower.position == position(2))
    }

    @Test func `a checkpoint that names another place is a misfit`() {
        for wrong in [position(1), position(3)] {
            var follower = LogFollower(after: nil, epoch: epoch)
            follower.take(ids[0])
            follower.take(ids[1])
            #expect(throws: LogFollower.Misfit.self) { try follower.close(at: Cursor(wrong)) }
        }
        var swapped = LogFollower(after: nil, epoch: epoch)
        swapped.take(ids[1])
        swapped.take(ids[0])
        #expect(throws: LogFollower.Misfit.self) { try swapped.close(at: Cursor(position(2))) }
    }

    @Test func `a checkpoint of another life of the log is a misfit`() {
        var follower = LogFollower(after: position(2), epoch: "00000000000000bb")
        #expect(throws: LogFollower.Misfit.self) { try follower.close(at: Cursor(position(2))) }
    }

    @Test func `our own revisions are taken where the log goes on with them`() throws {
        var follower = LogFollower(after: position(1), epoch: epoch)
        follower.take(ids[1])
        let early = follower.take(own: [ids[2]], from: 3)
        #expect(!early, "the page is still open")
        try follower.close(at: Cursor(position(2)))
        let other = follower.take(own: [ids[2]], from: 4)
        #expect(!other)
        let fits = follower.take(own: [ids[2], ids[3]], from: 3)
        #expect(fits)
        #expect(follower.position == position(4))
    }
}
