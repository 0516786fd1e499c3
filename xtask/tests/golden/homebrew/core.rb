class Demo < Formula
  desc "Counts the words of a text"
  homepage "https://demo.example"
  url "https://github.com/owner/demo/releases/download/v1.2.3/demo-1.2.3-source.tar.gz"
  sha256 "fa35196863f83ed5cb2c8c485194397a52f888f452663419b6f41833ce20d175"
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
