import LetterModel
import SyncProtocol

/// A parser of bytes that come from outside, as libFuzzer feeds it, and `FuzzingTests` with less patience.
///
/// Nothing may trap, and what is taken has to be what it says: canonical bytes come back as they were, a message in one piece is a
/// message in two, and what is written again reads the same.
package enum FuzzTarget: String, CaseIterable, Sendable {
    case json, canonical, header, revision, letter, edtf, timestamp, merge
    case message, zstandard, response, bundle
    case requestEnvelope = "request-envelope"
    case responseEnvelope = "response-envelope"
    case ranges
    case rangesAnswer = "ranges-answer"
    case blobs, cursor
    case text, form, lines, csv, tei, cmif, mail, mailbox, recognise, display
    case events, problem
    case responseHead = "response-head"
    case remoteAddress = "remote-address"
    case requestHead = "request-head"
    case token, salvage, search, thin

    /// Feeds it; traps where what it took is not what it says.
    package func run(_ bytes: [UInt8]) {
        switch self {
        case .json: ModelParsers.json(bytes)
        case .canonical: ModelParsers.canonical(bytes)
        case .header: ModelParsers.header(bytes)
        case .revision: ModelParsers.revision(bytes)
        case .letter: ModelParsers.letter(bytes)
        case .edtf: ModelParsers.edtf(bytes)
        case .timestamp: ModelParsers.timestamp(bytes)
        case .merge: ModelParsers.merge(bytes)
        case .message: MessageParsers.stream(bytes, .identity, .request)
        case .zstandard: MessageParsers.stream(bytes, .zstandard, .request)
        case .response: MessageParsers.stream(bytes, .zstandard, .response)
        case .bundle: MessageParsers.bundle(bytes)
        case .requestEnvelope: MessageParsers.requestEnvelope(bytes)
        case .responseEnvelope: MessageParsers.responseEnvelope(bytes)
        case .ranges: MessageParsers.ranges(bytes)
        case .rangesAnswer: MessageParsers.rangesAnswer(bytes)
        case .blobs: MessageParsers.blobs(bytes)
        case .cursor: MessageParsers.cursor(bytes)
        case .text: FormatParsers.text(bytes)
        case .form: FormatParsers.form(bytes)
        case .lines: FormatParsers.lines(bytes)
        case .csv: FormatParsers.csv(bytes)
        case .tei: FormatParsers.tei(bytes)
        case .cmif: FormatParsers.cmif(bytes)
        case .mail: FormatParsers.mail(bytes)
        case .mailbox: FormatParsers.mailbox(bytes)
        case .recognise: FormatParsers.recognise(bytes)
        case .display: FormatParsers.display(bytes)
        case .events: ClientParsers.events(bytes)
        case .problem: ClientParsers.problem(bytes)
        case .responseHead: ClientParsers.responseHead(bytes)
        case .remoteAddress: ClientParsers.remoteAddress(bytes)
        case .requestHead: ServerParsers.requestHead(bytes)
        case .token: ServerParsers.token(bytes)
        case .salvage: ModelParsers.salvage(bytes)
        case .search: StoreParsers.search(bytes)
        case .thin: StoreParsers.thin(bytes)
        }
    }
}

/// What a parser took; nil for what it refused.
func taken<Value>(_ parse: () throws -> Value) -> Value? {
    do { return try parse() } catch { return nil }
}

/// The bytes in pieces of so many.
func pieces(of bytes: [UInt8], _ pieceBytes: Int) -> [[UInt8]] {
    stride(from: 0, to: bytes.count, by: pieceBytes).map { Array(bytes[$0..<min($0 + pieceBytes, bytes.count)]) }
}
