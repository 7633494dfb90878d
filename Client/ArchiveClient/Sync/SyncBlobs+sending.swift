import LetterModel
import ReplicaStore
import SyncProtocol

extension SyncBlobs {
    /// What a remote said of a piece.
    private enum PieceAnswer {
        /// All of the blob is there.
        case done
        /// It has so many bytes of it.
        case at(Int)
        /// It takes no such piece, but may take a smaller one.
        case smaller
        /// All the bytes that it has are not the blob; it threw them away.
        case wrongHash
        /// It does not take the blob.
        case refused(code: String)
    }

    /// How many times in a row a remote may be elsewhere in a blob than it said.
    private static let maximumTurns = 100

    /// Sends a blob. What the remote, or our own disk, has against this one is noted and delays no other.
    ///
    /// A large one goes in pieces, from where the remote has come: a cut costs a piece at most.
    func send(_ work: BlobWork, report: inout SyncReport) throws {
        do {
            guard let size = try store.blobByteCount(work.blob) else { return }
            guard size > pace.pieceBytes else { return try sendWhole(work.blob, report: &report) }
            guard var offset = try offsetThere(of: work.blob) else { return }
            if offset < 0 {
                // It takes whole blobs only.
                guard size > ProtocolLimits.blobInOnePieceBytes else {
                    return try sendWhole(work.blob, report: &report)
                }
                return report.note(.blobRefused(work.blob, code: "too-large"))
            }
            var turns = 0
            var wasWrong = false
            while turns < SyncBlobs.maximumTurns {
                let (answer, from) = try sendPieces(of: work.blob, from: offset > size ? 0 : offset, size: size)
                switch answer {
                case .done:
                    report.blobsSent += 1
                    return
                case .refused(let code): return report.note(.blobRefused(work.blob, code: code))
                case .smaller:
                    guard pace.failed() else { return report.note(.blobRefused(work.blob, code: "too-large")) }
                    offset = from
                case .at(let elsewhere):
                    offset = elsewhere
                    turns += 1
                case .wrongHash:
                    // What it had before us may have been wrong. What we sent was hashed here.
                    guard !wasWrong, offset > 0 else {
                        return report.note(.blobRefused(work.blob, code: Problem.Code.blobHash.rawValue))
                    }
                    wasWrong = true
                    offset = 0
                }
            }
            report.note(.blobRefused(work.blob, code: Problem.Code.blobOffset.rawValue))
        } catch StoreError.damaged {
            report.note(.damagedBlob(work.blob))
        }
    }

    /// How much of a blob the remote has; nil for all of it, negative if it takes no pieces.
    private func offsetThere(of blob: BlobID) throws -> Int? {
        let answer = try caller.answer(
            to: TransportRequest(.head, BlobPath.path(of: blob)), wanting: [200, 403, 404])
        if answer.status == 200 { return nil }
        return answer.offset ?? -1
    }

    /// Sends piece after piece while the remote follows.
    ///
    /// - Returns: Its last answer, and where the piece began that it is about.
    private func sendPieces(of blob: BlobID, from start: Int, size: Int) throws -> (PieceAnswer, from: Int) {
        var offset = start
        guard let pieces = try store.blobPieces(blob, in: start..<size) else {
            throw StoreError.damaged(object: blob.hex)
        }
        /// Bytes that were read and not sent yet.
        var ahead: ArraySlice<UInt8> = []
        while true {
            var piece: [UInt8] = []
            piece.reserveCapacity(min(pace.pieceBytes, size - offset))
            while piece.count < pace.pieceBytes {
                if ahead.isEmpty { ahead = try pieces.next()?[...] ?? [] }
                guard !ahead.isEmpty else { break }
                let part = ahead.prefix(pace.pieceBytes - piece.count)
                piece += part
                ahead = ahead.dropFirst(part.count)
            }
            let answer = try sendPiece(piece, of: blob, at: offset, size: size)
            guard case .at(let arrived) = answer, arrived == offset + piece.count, arrived < size else {
                return (answer, offset)
            }
            pace.arrived()
            offset = arrived
        }
    }

    private func sendPiece(_ piece: [UInt8], of blob: BlobID, at offset: Int, size: Int) throws -> PieceAnswer {
        let range = BlobRange(piece.isEmpty ? nil : offset..<offset + piece.count, of: size)
        let request = TransportRequest(
            .put, BlobPath.path(of: blob),
            headers: [
                HeaderField("Content-Type", BlobResponder.contentType),
                HeaderField("Content-Range", range.contentRange),
            ], body: piece)
        let answer: RemoteCaller.Answer
        do {
            answer = try caller.answer(to: request, wanting: [200, 201, 202, 204, 403, 409, 413, 422])
        } catch {
            pace.failed()
            throw error
        }
        func offsetField() throws -> Int {
            guard let offset = answer.offset else {
                throw SyncError.malformedResponse(detail: "it does not say how much of a blob it has")
            }
            return offset
        }
        let code = answer.problem?["code"]?.text
        switch answer.status {
        case 202:
            let arrived = try offsetField()
            pace.moved(piece.count)
            try progress(arrived, size)
            return .at(arrived)
        case 409 where code?.hasSameBytes(as: Problem.Code.blobOffset.rawValue) == true: return .at(try offsetField())
        case 413: return answer.problem?["limit"] == nil ? .smaller : .refused(code: Problem.Code.tooLarge.rawValue)
        case 422: return .wrongHash
        case 403, 409: return .refused(code: code ?? String(answer.status))
        default:
            pace.moved(piece.count)
            try progress(size, size)
            return .done
        }
    }

    private func sendWhole(_ blob: BlobID, report: inout SyncReport) throws {
        guard let bytes = try store.blob(blob) else { return }
        let request = TransportRequest(
            .put, BlobPath.path(of: blob), headers: [HeaderField("Content-Type", BlobResponder.contentType)],
            body: bytes)
        do {
            try caller.send(request, expecting: nil) { _ in }
            report.blobsSent += 1
            pace.moved(bytes.count)
            try progress(bytes.count, bytes.count)
        } catch let error as TransportError {
            // The next attempt goes in pieces, if the remote takes them.
            pace.failed()
            throw error
        } catch SyncError.tooLarge {
            report.note(.blobRefused(blob, code: "too-large"))
        } catch SyncError.forbidden {
            report.note(.blobRefused(blob, code: "forbidden"))
        } catch SyncError.remoteFailed(let status, let code) where (400..<500).contains(status) && status != 408 {
            report.note(.blobRefused(blob, code: code ?? String(status)))
        }
    }
}

extension RemoteCaller.Answer {
    /// How much of a blob the remote says that it has; nil if it says nothing that is a number.
    fileprivate var offset: Int? { header(BlobPath.offsetField).flatMap { DecimalDigits.value(of: $0.utf8) } }
}
