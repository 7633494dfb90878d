import LetterModel

/// The bounds of the protocol, and why they are what they are. What one letter may be is bounded by `Limits`.
public enum ProtocolLimits {
    /// The version that this program speaks: `v` of each envelope.
    public static let version = 1
    /// What a page aims at, in decoded bytes of revisions: 1 MiB is about 350 letters, so that the commit that follows each
    /// page costs little, and a cut connection loses little.
    public static let pageBytes = 1024 * 1024
    /// What a push aims at, in decoded bytes of revisions: each push is one transaction and one acknowledgement.
    public static let pushBytes = 6 * 1024 * 1024
    /// What a push aims at that is compressed against bases, where it and they do not fit into `windowBytes` otherwise.
    public static let thinPushBytes = 4 * 1024 * 1024
    /// How far back a frame may refer: what every decoder has. Only so much of a push and its bases together is of use.
    public static let windowBytes = 8 * 1024 * 1024
    /// The smallest push that a client goes down to when a server (or a proxy before it) says 413.
    public static let smallestPushBytes = 64 * 1024
    /// The longest line: twice the largest letter, so that a letter that is only a little too large is refused by name
    /// instead of breaking the whole message.
    public static let lineBytes = 2 * Limits.contentBytes
    /// The largest request, decoded: a push that aims at `pushBytes` may overshoot by one revision.
    public static let requestBytes = 32 * 1024 * 1024
    /// The largest request as it travels. Compressed bytes are fewer than decoded ones, but for a few of framing.
    public static let requestTransferBytes = 32 * 1024 * 1024 + 64 * 1024
    /// How many times its compressed size a response may become, past `responseGraceBytes`. Letters give 3 to 40.
    public static let responseRatio = 1_000
    /// The same for a bundle: an attachment of zeros becomes some thousand times smaller, and is read in constant memory.
    public static let bundleRatio = 20_000
    /// What a response may become whatever its ratio: several of the largest pages, so that each exchange brings the
    /// reader further even if the letters are 4 MiB of spaces. A reader that stops there goes on from its checkpoint.
    public static let responseGraceBytes = 64 * 1024 * 1024
    /// A page that comes without a checkpoint for so long is refused: the largest page is `pageBytes` and one revision. So is an answer of
    /// reconciliation with more than that of revisions: it aims at `wantedBytes`.
    public static let unclosedPageBytes = 16 * 1024 * 1024
    /// Bodies below this are not compressed: the frame would cost more than it saves.
    public static let compressionThresholdBytes = 512
    /// How many revisions a thin frame may be compressed against.
    public static let basesPerFrame = 4_096
    /// What the bases of a thin frame may be together, in bytes of header and content; one alone may be larger. With a page, or a push of
    /// `thinPushBytes`, they fit into `windowBytes`.
    public static let baseBytes = 4 * 1024 * 1024
    /// How many dictionaries one message may name.
    public static let dictionariesPerMessage = 16
    /// From how many entries of the log on that wait for a client contents travel to it as they are stored: a dictionary has to travel with
    /// them, and a few of them are smaller in a frame together.
    public static let packedEntries = 4_096
    /// The same for a push, in decoded bytes; one whose dictionaries the server holds already may be smaller.
    public static let packingBytes = 4 * 1024 * 1024
    /// What a push aims at whose contents travel as they are stored, in decoded bytes, where the connection is quick: they take a third on the
    /// wire and in memory, and each transaction of the server writes pages all over its indexes.
    public static let packedPushBytes = 12 * 1024 * 1024
    /// What may wait in a message for a content before it that travels as it is stored, with 128 bytes for each thing: a push of `packedPushBytes` of the
    /// shortest tombstones, and one revision more, are 22 MiB.
    public static let waitingBytes = 32 * 1024 * 1024
    /// How many bytes a pull stream hands out at once: what a connection buffers well.
    public static let chunkBytes = 64 * 1024
    /// How many blobs one question may name: 4,096 hashes are 280 KB, well under the 1 MiB that goes in one piece.
    public static let blobsPerQuestion = 4_096
    /// A question about blobs, or its answer, in bytes.
    public static let blobQuestionBytes = 512 * 1024
    /// The largest body of an upload: a whole blob, or a piece of one. A server has it in memory until it is on disk.
    public static let blobInOnePieceBytes = 32 * 1024 * 1024
    /// The pieces in which a client sends a blob that is larger than one: a cut costs no more, and a question of 200 bytes for 4 MiB nothing.
    public static let blobPieceBytes = 4 * 1024 * 1024
    /// The smallest piece that a client goes down to, on a connection that breaks or with a proxy that takes no more.
    public static let smallestBlobPieceBytes = 64 * 1024
    /// What a client collects of a blob that comes before it writes it down.
    public static let blobBufferBytes = 1024 * 1024
    /// How many damaged revisions a response names: the others are named when these are healed.
    public static let damagedNamed = 100
    /// How many ranges of ids one question of reconciliation may name: sixteen to the third.
    public static let rangesPerQuestion = 4_096
    /// How many revisions one question of reconciliation may want.
    public static let wantedPerQuestion = 4_096
    /// What the revisions of an answer of reconciliation aim at, in decoded bytes.
    public static let wantedBytes = 4 * 1024 * 1024
    /// A range of up to so many ids is listed; of more, its sixteen parts are summed up.
    public static let listedIDs = 64
    /// A question of reconciliation, decoded: the most ranges and the most ids are 650 KB.
    public static let reconciliationQuestionBytes = 1024 * 1024
    /// What the ranges of an answer aim at, in decoded bytes; what does not fit is asked again.
    public static let reconciliationAnswerBytes = 2 * 1024 * 1024
    /// How many ranges may be open before a client takes the other side for a liar.
    public static let openRanges = 262_144
    /// How many questions one reconciliation may take before a client takes the other side for a liar: an answer brings some 30,000 ids, or 4 MiB
    /// of revisions.
    public static let reconciliationQuestions = 10_000
    /// The most that a client reads of an error's body, in bytes.
    public static let problemBytes = 64 * 1024
}
