class Demo < Formula
  desc "Counts the words of a text"
  homepage "https://demo.example"
  license any_of: ["MIT", "Apache-2.0"]

  on_macos do
    on_arm do
      url "https://github.com/owner/demo/releases/download/v1.2.3/demo-1.2.3-aarch64-apple-darwin.tar.gz"
      sha256 "99f189c618832545e0f1f9744cd02b2f97428142339ee57f5122af9cb26177d7"
    end
    on_intel do
      url "https://github.com/owner/demo/releases/download/v1.2.3/demo-1.2.3-x86_64-apple-darwin.tar.gz"
      sha256 "58758d3b80c7cc0f19d88231c65d1931bb990c5425b35411ad211d2f8a6d45e8"
    end
  end

  on_linux do
    on_arm do
      url "https://github.com/owner/demo/releases/download/v1.2.3/demo-1.2.3-aarch64-unknown-linux-gnu.tar.gz"
      sha256 "53caf10179c77ed1def081323ca668edadaa84f0fbfda86dbcd2a42879821bd1"
    end
    on_intel do
      url "https://github.com/owner/demo/releases/download/v1.2.3/demo-1.2.3-x86_64-unknown-linux-gnu.tar.gz"
      sha256 "6f9f60816de09005f9ec268cb59dff7e766d6434ce9fdc53c38543db6e0b49d1"
    end
  end

  def install
    bin.install "demo"
    bash_completion.install "completions/demo.bash" => "demo"
    fish_completion.install "completions/demo.fish"
    zsh_completion.install "completions/_demo"
    man1.install "man/demo.1"
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/demo --version")
  end
end
