/// How connections are made. The defaults suit a laptop on a train: patient with slow networks, not with dead ones.
public struct CurlConfiguration: Sendable {
    /// How long making a connection may take.
    public var connectTimeoutMilliseconds = 15_000
    /// A transfer that stays below this rate…
    public var lowSpeedBytesPerSecond = 16
    /// …for so long is given up. A server that works on a large push sends nothing meanwhile.
    public var lowSpeedSeconds = 60
    /// A PEM file of authorities to trust in the place of the system's; for servers with a certificate of their own.
    public var certificateAuthoritiesFile: String?
    /// The one public key to trust: `sha256//` and base64, as `CURLOPT_PINNEDPUBLICKEY` takes it.
    public var pinnedPublicKey: String?
    /// What the server's log calls us.
    public var userAgent = "chancery/0.1"

    /// The defaults.
    public init() {}
}
