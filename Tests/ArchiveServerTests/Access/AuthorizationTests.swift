import LetterModel
import Testing

@testable import ArchiveServer

/// The one decision, for everybody who may ask, everything that may be asked for, and every act.
struct AuthorizationTests {
    static let now = Timestamp(milliseconds: 1_000_000)
    static let own = ArchiveKey(number: 1)
    static let foreign = ArchiveKey(number: 2)

    static func grant(
        _ role: Role, _ scope: Grant.Scope, expires: Timestamp? = nil, revoked: Timestamp? = nil
    ) throws -> Grant {
        Grant(
            id: try #require(TokenID(bytes: [1, 2, 3, 4, 5, 6, 7, 8])), role: role, scope: scope, label: "",
            creator: "",
            created: Timestamp(milliseconds: 0), expires: expires, lastUsed: nil, revoked: revoked)
    }

    static let reading: Set<Action> = [.listArchives, .readArchive, .pull, .readBlob, .askMissingBlobs]
    static let writing: Set<Action> = [.push, .writeBlob]

    @Test func `every act is one that reads or one that writes`() {
        #expect(Self.reading.union(Self.writing) == Set(Action.allCases))
        #expect(Self.reading.isDisjoint(with: Self.writing))
    }

    @Test(arguments: Role.allCases, Action.allCases)
    func `in its own archive a role may do its acts`(role: Role, action: Action) throws {
        let isAllowed = role != .reader || Self.reading.contains(action)
        for scope in [Grant.Scope.archive(Self.own), .all] {
            let subject = Subject.holder(try Self.grant(role, scope))
            #expect(
                authorize(subject, .archive(Self.own), action, now: Self.now) == (isAllowed ? .allowed : .forbidden))
        }
    }

    @Test(arguments: Role.allCases, Action.allCases)
    func `another archive is hidden as one that does not exist`(role: Role, action: Action) throws {
        let subject = Subject.holder(try Self.grant(role, .archive(Self.own)))
        #expect(authorize(subject, .archive(Self.foreign), action, now: Self.now) == .hidden)
        #expect(authorize(subject, .missingArchive, action, now: Self.now) == .hidden)
        let everywhere = Subject.holder(try Self.grant(role, .all))
        #expect(authorize(everywhere, .missingArchive, action, now: Self.now) == .hidden)
    }

    @Test(arguments: Action.allCases)
    func `without a good token nothing is allowed, and nothing is told of what exists`(action: Action) throws {
        let ended = [
            try Self.grant(.admin, .all, expires: Self.now), try Self.grant(.admin, .all, revoked: Self.now),
            try Self.grant(.admin, .all, expires: Timestamp(milliseconds: 0)),
            // Revoked is for ever, also where the clock went back.
            try Self.grant(.admin, .all, revoked: Timestamp(milliseconds: Self.now.milliseconds + 1)),
        ]
        for target in [Target.server, .archive(Self.own), .missingArchive] {
            #expect(authorize(.anonymous, target, action, now: Self.now) == .tokenNeeded)
            #expect(authorize(.unknownToken, target, action, now: Self.now) == .tokenRefused)
            for grant in ended {
                #expect(authorize(.holder(grant), target, action, now: Self.now) == .tokenRefused)
            }
        }
    }

    @Test func `a token works until the millisecond in which it expires`() throws {
        let grant = try Self.grant(.reader, .all, expires: Timestamp(milliseconds: Self.now.milliseconds + 1))
        #expect(authorize(.holder(grant), .server, .listArchives, now: Self.now) == .allowed)
    }
}
