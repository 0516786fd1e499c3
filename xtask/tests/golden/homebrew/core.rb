class Demo < Formula
  desc "Counts the words of a text"
  homepage "https://demo.example"
  url "https://github.com/owner/demo/releases/download/v1.2.3/demo-1.2.3-source.tar.gz"
  sha256 "5d57554e1260c72daef317dd25364657fe3042c3f3da5e5c847b2529029d2e67"
  license any_of: ["MIT", "Apache-2.0"]

  depends_on "rust" => :build

  deny_network_access!

  def fetch
    system "cargo", "fetch", *std_cargo_fetch_args
  end

  def install
    system "cargo", "install", *std_cargo_args
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/demo --version")
  end
end
