cask "demo" do
  arch arm: "aarch64", intel: "x86_64"

  version "1.2.3"
  sha256 arm:   "99f189c618832545e0f1f9744cd02b2f97428142339ee57f5122af9cb26177d7",
         intel: "58758d3b80c7cc0f19d88231c65d1931bb990c5425b35411ad211d2f8a6d45e8"

  url "https://github.com/owner/demo/releases/download/v#{version}/demo-#{version}-#{arch}-apple-darwin.tar.gz"
  name "Demo"
  desc "Counts the words of a text"
  homepage "https://demo.example"

  livecheck do
    url :url
    strategy :github_latest
  end

  depends_on macos: :big_sur

  binary "demo-#{version}-#{arch}-apple-darwin/demo"
  manpage "demo-#{version}-#{arch}-apple-darwin/man/demo.1"
  bash_completion "demo-#{version}-#{arch}-apple-darwin/completions/demo.bash"
  fish_completion "demo-#{version}-#{arch}-apple-darwin/completions/demo.fish"
  zsh_completion "demo-#{version}-#{arch}-apple-darwin/completions/_demo"
end
