class Demo < Formula
  desc "Counts words"
  homepage "https://demo.example"
  license any_of: ["MIT", "Apache-2.0"]

  on_macos do
    on_arm do
      url "https://github.com/owner/demo/releases/download/v1.2.3/demo-1.2.3-aarch64-apple-darwin.tar.gz"
      sha256 "e4382e735cb70a738a4b5a09ddf3ddf5699aef1c6ae0c49bc4482b804d17ea61"
    end
    on_intel do
      url "https://github.com/owner/demo/releases/download/v1.2.3/demo-1.2.3-x86_64-apple-darwin.tar.gz"
      sha256 "2e7127ebaba0c5df113e54cbd4bfa8c7ce5ee1125e1de8346a169f8dc857aaa0"
    end
  end

  on_linux do
    on_arm do
      url "https://github.com/owner/demo/releases/download/v1.2.3/demo-1.2.3-aarch64-unknown-linux-gnu.tar.gz"
      sha256 "16dcd51a2ab4969a55dec6564983503652ea91a13ab1204ac5d332ddb72e90e0"
    end
    on_intel do
      url "https://github.com/owner/demo/releases/download/v1.2.3/demo-1.2.3-x86_64-unknown-linux-gnu.tar.gz"
      sha256 "a1701587cd68d67f60f180ba2298f208e4a04f00469d332c7056b104155510dd"
    end
  end

  def install
    bin.install "demo", "demo-admin"
    man1.install "man/demo.1"
    generate_completions_from_executable(bin/"demo", "completions")
  end

  def caveats
    "One.\nTwo."
  end

  service do
    run [opt_bin/"demo", "serve", "--port=1"]
    keep_alive true
    log_path var/"log/demo.log"
    error_log_path var/"log/demo.log"
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/demo --version")
    assert_match version.to_s, shell_output("#{bin}/demo-admin --version")
  end
end
