import LetterModel
import ReplicaStore
import SyncProtocol

/// What travels between replicas.
enum MessageParsers {
    /// A message in one piece says what it says in many; where it is damaged, as far as it was read.
    static func stream(_ bytes: [UInt8], _ encoding: ContentEncoding, _ allowance: MessageDecoder.Allowance) {
        let one = events(pieces(of: bytes, 1 << 20), encoding, allowance)
        let many = events(pieces(of: bytes, 7), encoding, allowance)
        precondition(zip(one, many).allSatisfy { $0 == $1 }, "the pieces do not matter")
        var batch = RevisionBatch()
        var count = 0
        for event in one {
            switch event {
            case .revision(let header, let content):
                batch.append(ReceivedRevision(headerBytes: header, content: content.map { .bytes($0) } ?? .none))
            case .packed(let header, let content):
                batch.append(ReceivedRevision(headerBytes: header, content: .stored(content)))
            case .envelope, .damaged, .checkpoint, .blob: continue
            }
            count += 1
        }
        precondition(batch.ids.count == count, "each is in it")
        precondition(Set(batch.ids).isSuperset(of: batch.revisions.map(\.id)), "with its id")
    }

    private static func events(
        _ pieces: [[UInt8]], _ encoding: ContentEncoding, _ allowance: MessageDecoder.Allowance
    ) -> [MessageDecoder.Event] {
        var events: [MessageDecoder.Event] = []
        var decoder = MessageDecoder(encoding: encoding, allowance: allowance)
        do {
            for piece in pieces { try decoder.decode(piece) { events.append($0) } }
            try decoder.finish()
        } catch {
            // Refused: what came before it counts all the same.
        }
        return events
    }

    static func bundle(_ bytes: [UInt8]) {
        func ids(_ pieces: [[UInt8]]) -> [RevisionID]? {
            taken {
                var reader = BundleReader()
                var ids: [RevisionID] = []
                for piece in pieces {
                    try reader.read(piece) { item in
                        if case .page(let revisions, _) = item { ids += revisions.map(\.id) }
                    }
                }
                try reader.finish()
                return ids
            }
        }
        precondition(ids([bytes]) == ids(pieces(of: bytes, 7)), "the pieces do not matter")
    }

    static func requestEnvelope(_ bytes: [UInt8]) {
        guard let members = ModelParsers.members(bytes), let message = taken({ try ExchangeRequest(envelope: members) })
        else { return }
        precondition(taken { try ExchangeRequest(envelope: message.envelope) } == message)
    }

    static func responseEnvelope(_ bytes: [UInt8]) {
        guard let members = ModelParsers.members(bytes),
            let message = taken({ try ExchangeResponse(envelope: members) })
        else { return }
        precondition(taken { try ExchangeResponse(envelope: message.envelope) } == message)
    }

    static func ranges(_ bytes: [UInt8]) {
        guard let members = ModelParsers.members(bytes),
            let message = taken({ try ReconciliationRequest(envelope: members) })
        else { return }
        precondition(taken { try ReconciliationRequest(envelope: message.envelope) } == message)
    }

    static func rangesAnswer(_ bytes: [UInt8]) {
        guard let members = ModelParsers.members(bytes),
            let message = taken({ try ReconciliationResponse(envelope: members) })
        else { return }
        precondition(taken { try ReconciliationResponse(envelope: message.envelope) } == message)
    }

    static func blobs(_ bytes: [UInt8]) {
        for kind in [BlobList.Kind.question, .answer] {
            guard let list = taken({ try BlobList(kind, parsing: bytes) }) else { continue }
            precondition(taken { try BlobList(kind, parsing: list.bytes) } == list)
        }
    }

    static func cursor(_ bytes: [UInt8]) {
        guard let cursor = Cursor(String(decoding: bytes, as: UTF8.self)) else { return }
        precondition(cursor.text.utf8.elementsEqual(bytes), "each cursor has one spelling")
    }
}
