{{! Becomes `chocolateyinstall.ps1` with `embed = false`: downloads the archive of the release. Its values: downloads: }}
{{! lines with the links and digests of x86 and x64; arm64: lines that replace them on such a machine, or nothing. }}
$ErrorActionPreference = 'Stop'

$arguments = @{
  PackageName = $env:ChocolateyPackageName
  UnzipLocation = Split-Path -Parent $MyInvocation.MyCommand.Definition
  {{downloads}}
}
{{arm64}}

Install-ChocolateyZipPackage @arguments
