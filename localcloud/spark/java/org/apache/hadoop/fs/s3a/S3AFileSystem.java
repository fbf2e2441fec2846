package org.apache.hadoop.fs.s3a;

import java.io.File;
import java.io.FileNotFoundException;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.CreateFlag;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.util.Progressable;

/**
 * Buckets as the folders below $LOCALCLOUD_S3_ROOT, for s3://, s3a:// and s3n://.
 *
 * <p>It bears the class name of hadoop-aws, because jobs and configurations spell that name out.
 */
public class S3AFileSystem extends FileSystem {
  /** Names with this prefix are uploads in progress: no listing shows them. */
  private static final String UPLOAD_PREFIX = ".localcloud-upload-";

  private final RawLocalFileSystem local = new RawLocalFileSystem(); // writes no .crc files
  private URI uri;
  private File bucket;
  private Path workingDirectory;

  @Override
  public void initialize(URI name, Configuration conf) throws IOException {
    super.initialize(name, conf);
    setConf(conf);
    String root = System.getenv("LOCALCLOUD_S3_ROOT");
    if (root == null) {
      throw new IOException("LOCALCLOUD_S3_ROOT is not set: start this program as a step of the local cloud");
    }
    bucket = new File(root, name.getAuthority());
    if (!bucket.isDirectory()) {
      throw new FileNotFoundException("NoSuchBucket: the bucket " + name.getAuthority() + " does not exist");
    }
    uri = URI.create(name.getScheme() + "://" + name.getAuthority());
    workingDirectory = new Path(uri + "/");
    local.initialize(URI.create("file:///"), conf);
  }

  /** The file of a key; a path that would leave the bucket is refused. */
  private File file(Path path) throws IOException {
    String key = makeQualified(path).toUri().getPath();
    for (String part : key.split("/")) {
      if (part.equals("..")) {
        throw new IOException("A key may not contain '..': " + path);
      }
    }
    return new File(bucket, key);
  }

  private Path onDisk(Path path) throws IOException {
    return new Path(file(path).toURI());
  }

  private FileStatus inBucket(FileStatus status) {
    String key = new File(status.getPath().toUri().getPath()).getPath().substring(bucket.getPath().length());
    Path path = new Path(uri.getScheme(), uri.getAuthority(), key.isEmpty() ? "/" : key);
    return new FileStatus(
        status.getLen(),
        status.isDirectory(),
        1,
        status.getBlockSize(),
        status.getModificationTime(),
        status.getAccessTime(),
        status.getPermission(),
        status.getOwner(),
        status.getGroup(),
        path);
  }

  @Override
  public String getScheme() {
    return uri.getScheme();
  }

  @Override
  public URI getUri() {
    return uri;
  }

  @Override
  public Path getWorkingDirectory() {
    return workingDirectory;
  }

  @Override
  public void setWorkingDirectory(Path path) {
    workingDirectory = makeQualified(path);
  }

  @Override
  public FSDataInputStream open(Path path, int bufferSize) throws IOException {
    getFileStatus(path); // names the s3 path, not the local one, when the key is missing
    return local.open(onDisk(path), bufferSize);
  }

  @Override
  public FSDataOutputStream create(
      Path path,
      FsPermission permission,
      boolean overwrite,
      int bufferSize,
      short replication,
      long blockSize,
      Progressable progress)
      throws IOException {
    File target = file(path);
    if (target.isDirectory() || (target.exists() && !overwrite)) {
      throw new FileAlreadyExistsException(path + " already exists");
    }
    File upload = new File(target.getParentFile(), UPLOAD_PREFIX + UUID.randomUUID());
    OutputStream stream = local.create(new Path(upload.toURI()), true, bufferSize, replication, blockSize, progress);
    return new FSDataOutputStream(new Upload(stream, upload, target), statistics);
  }

  @Override
  public FSDataOutputStream createNonRecursive(
      Path path,
      FsPermission permission,
      EnumSet<CreateFlag> flags,
      int bufferSize,
      short replication,
      long blockSize,
      Progressable progress)
      throws IOException {
    boolean overwrite = flags.contains(CreateFlag.OVERWRITE);
    return create(path, permission, overwrite, bufferSize, replication, blockSize, progress);
  }

  @Override
  public FSDataOutputStream append(Path path, int bufferSize, Progressable progress) {
    throw new UnsupportedOperationException("S3 objects cannot be appended to: " + path);
  }

  @Override
  public boolean rename(Path source, Path target) throws IOException {
    return local.rename(onDisk(source), onDisk(target));
  }

  @Override
  public boolean delete(Path path, boolean recursive) throws IOException {
    if (!file(path).equals(bucket)) {
      return local.delete(onDisk(path), recursive);
    }
    for (FileStatus status : local.listStatus(onDisk(path))) { // the bucket itself stays
      local.delete(status.getPath(), recursive);
    }
    return true;
  }

  @Override
  public FileStatus[] listStatus(Path path) throws IOException {
    getFileStatus(path);
    List<FileStatus> found = new ArrayList<>();
    for (FileStatus status : local.listStatus(onDisk(path))) {
      if (!status.getPath().getName().startsWith(UPLOAD_PREFIX)) {
        found.add(inBucket(status));
      }
    }
    return found.toArray(new FileStatus[0]);
  }

  @Override
  public boolean mkdirs(Path path, FsPermission permission) throws IOException {
    return local.mkdirs(onDisk(path));
  }

  @Override
  public FileStatus getFileStatus(Path path) throws IOException {
    try {
      return inBucket(local.getFileStatus(onDisk(path)));
    } catch (FileNotFoundException missing) {
      throw new FileNotFoundException("No such file or directory: " + makeQualified(path));
    }
  }

  /** As in S3, an object appears whole when its stream is closed. */
  private static final class Upload extends FilterOutputStream {
    private final File upload;
    private final File target;
    private boolean closed;

    Upload(OutputStream stream, File upload, File target) {
      super(stream);
      this.upload = upload;
      this.target = target;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      out.write(bytes, offset, length); // the inherited one writes byte by byte
    }

    @Override
    public void close() throws IOException {
      if (closed) {
        return;
      }
      closed = true;
      super.close();
      Files.move(upload.toPath(), target.toPath(), StandardCopyOption.ATOMIC_MOVE);
    }
  }
}
