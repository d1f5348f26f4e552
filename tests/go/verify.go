// Checks what Muniment hands out with golang.org/x/mod/sumdb/note and tlog, as others wrote them.
//
//	verify vector VKEY NOTE        one signed note
//	verify tiles VKEY DIR          a static C2SP tlog-tiles log
//	verify url VKEY URL [TOKEN]    one that is served; bundles are read with the token
//	verify receipt VKEY FILE LINE  a tlog-proof of the entry in the file LINE
package main

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) < 3 {
		return errors.New("wrong arguments")
	}
	switch command, vkey, path := args[0], args[1], args[2]; {
	case command == "vector":
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		_, err = open(vkey, content)
		return err
	case command == "tiles":
		return checkLog(vkey, func(name string) ([]byte, error) {
			return os.ReadFile(filepath.Join(path, name))
		})
	case command == "url":
		token := strings.Join(args[3:], "")
		return checkLog(vkey, func(name string) ([]byte, error) { return get(path+"/"+name, token) })
	case command == "receipt" && len(args) == 4:
		return checkReceipt(vkey, path, args[3])
	}
	return errors.New("wrong arguments")
}

func open(vkey string, content []byte) (string, error) {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return "", err
	}
	opened, err := note.Open(content, note.VerifierList(verifier))
	if err != nil {
		return "", err
	}
	return opened.Text, nil
}

func openCheckpoint(vkey string, content []byte) (tree tlog.Tree, err error) {
	text, err := open(vkey, content)
	if err != nil {
		return tree, err
	}
	lines := strings.Split(text, "\n")
	if len(lines) != 4 || lines[0] != strings.Split(vkey, "+")[0] {
		return tree, fmt.Errorf("not a checkpoint of this origin: %q", text)
	}
	if tree.N, err = strconv.ParseInt(lines[1], 10, 64); err != nil {
		return tree, err
	}
	tree.Hash, err = tlog.ParseHash(lines[2])
	return tree, err
}

// get fetches a file over HTTP and checks what C2SP says of the answer.
func get(url, token string) ([]byte, error) {
	request, err := http.NewRequest("GET", url, nil)
	if err != nil {
		return nil, err
	}
	if strings.Contains(url, "/tile/entries/") {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	mediaType := "application/octet-stream"
	if strings.HasSuffix(url, "/checkpoint") {
		mediaType = "text/plain; charset=utf-8"
	}
	if response.StatusCode != 200 || response.Header.Get("Content-Type") != mediaType {
		return nil, fmt.Errorf("%s: %s, %s", url, response.Status, response.Header.Get("Content-Type"))
	}
	return io.ReadAll(response.Body)
}

// published reads a log's files by their names. C2SP fixes the height, so its paths leave it out.
type published func(name string) ([]byte, error)

func (published) Height() int { return height }

func (published) SaveTiles([]tlog.Tile, [][]byte) {}

func (files published) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	contents := make([][]byte, len(tiles))
	for i, tile := range tiles {
		content, err := files.read(tile)
		if err != nil {
			return nil, err
		}
		if len(content) != tile.W*tlog.HashSize {
			return nil, fmt.Errorf("%s has %d bytes", tile.Path(), len(content))
		}
		contents[i] = content
	}
	return contents, nil
}

// read maps the path that tlog gives a tile to the one that C2SP gives it.
func (files published) read(tile tlog.Tile) ([]byte, error) {
	path := strings.Replace(tile.Path(), fmt.Sprintf("tile/%d/", height), "tile/", 1)
	path = strings.Replace(path, "tile/data/", "tile/entries/", 1)
	return files(path)
}

func checkLog(vkey string, files published) error {
	content, err := files("checkpoint")
	if err != nil {
		return err
	}
	tree, err := openCheckpoint(vkey, content)
	if err != nil {
		return err
	}
	reader := tlog.TileHashReader(tree, files)
	levels := 0
	for _, tile := range tlog.NewTiles(height, 0, tree.N) {
		// It lists the partial tiles of every smaller tree too.
		if tile.W < 1<<height && int64(tile.W) != tree.N>>uint(height*tile.L)%(1<<height) {
			continue
		}
		if _, err := files.ReadTiles([]tlog.Tile{tile}); err != nil {
			return err
		}
		if tile.L+1 > levels {
			levels = tile.L + 1
		}
	}
	leaves, err := checkEntries(files, tree, reader)
	if err != nil {
		return err
	}
	if err := checkProofs(tree, leaves, reader); err != nil {
		return err
	}
	fmt.Printf("entries %d levels %d\n", tree.N, levels)
	return nil
}

// checkEntries compares every entry of the bundles with the authenticated leaf hashes.
func checkEntries(files published, tree tlog.Tree, reader tlog.HashReader) ([]tlog.Hash, error) {
	var leaves []tlog.Hash
	for start := int64(0); start < tree.N; start += 1 << height {
		width := int64(1 << height)
		if tree.N-start < width {
			width = tree.N - start
		}
		bundle, err := files.read(tlog.Tile{H: height, L: -1, N: start >> height, W: int(width)})
		if err != nil {
			return nil, err
		}
		indexes := make([]int64, width)
		for i := range indexes {
			indexes[i] = tlog.StoredHashIndex(0, start+int64(i))
		}
		hashes, err := reader.ReadHashes(indexes)
		if err != nil {
			return nil, err
		}
		for i, hash := range hashes {
			if len(bundle) < 2 || len(bundle) < 2+int(binary.BigEndian.Uint16(bundle)) {
				return nil, fmt.Errorf("the bundle of entry %d is too short", start+int64(i))
			}
			end := 2 + int(binary.BigEndian.Uint16(bundle))
			if tlog.RecordHash(bundle[2:end]) != hash {
				return nil, fmt.Errorf("entry %d is not the one in the tree", start+int64(i))
			}
			bundle = bundle[end:]
		}
		if len(bundle) != 0 {
			return nil, fmt.Errorf("the bundle at %d is too long", start)
		}
		leaves = append(leaves, hashes...)
	}
	return leaves, nil
}

// spread gives numbers around all borders of subtrees and tiles, and some between.
func spread(end int64) []int64 {
	seen, numbers := map[int64]bool{}, []int64{}
	add := func(n int64) {
		if n >= 0 && n < end && !seen[n] {
			seen[n], numbers = true, append(numbers, n)
		}
	}
	for power := int64(1); power/2 < end; power *= 2 {
		for _, n := range []int64{power - 1, power, power + 1, end - power} {
			add(n)
		}
	}
	for i := int64(0); i < 40; i++ {
		add(end * i / 40)
	}
	return numbers
}

func checkProofs(tree tlog.Tree, leaves []tlog.Hash, reader tlog.HashReader) error {
	for _, n := range spread(tree.N) {
		proof, err := tlog.ProveRecord(tree.N, n, reader)
		if err != nil {
			return err
		}
		if err := tlog.CheckRecord(proof, tree.N, tree.Hash, n, leaves[n]); err != nil {
			return fmt.Errorf("inclusion of %d: %w", n, err)
		}
		if tlog.CheckRecord(proof, tree.N, tree.Hash, n, tlog.RecordHash(nil)) == nil {
			return fmt.Errorf("inclusion of %d: another leaf was taken", n)
		}
		older := n + 1
		root, err := tlog.TreeHash(older, reader)
		if err != nil {
			return err
		}
		between, err := tlog.ProveTree(tree.N, older, reader)
		if err != nil {
			return err
		}
		if err := tlog.CheckTree(between, tree.N, tree.Hash, older, root); err != nil {
			return fmt.Errorf("consistency with %d: %w", older, err)
		}
	}
	return nil
}

func checkReceipt(vkey, path, linePath string) error {
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	line, err := os.ReadFile(linePath)
	if err != nil {
		return err
	}
	head, checkpoint, found := strings.Cut(string(content), "\n\n")
	rows := strings.Split(head, "\n")
	if !found || len(rows) < 2 || rows[0] != "c2sp.org/tlog-proof@v1" || !strings.HasPrefix(rows[1], "index ") {
		return errors.New("not a tlog-proof")
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(rows[1], "index "), 10, 64)
	if err != nil {
		return err
	}
	var proof tlog.RecordProof
	for _, row := range rows[2:] {
		raw, err := base64.StdEncoding.DecodeString(row)
		if err != nil || len(raw) != tlog.HashSize {
			return fmt.Errorf("not a hash: %q", row)
		}
		proof = append(proof, *(*tlog.Hash)(raw))
	}
	tree, err := openCheckpoint(vkey, []byte(checkpoint))
	if err != nil {
		return err
	}
	if err := tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(line)); err != nil {
		return err
	}
	fmt.Printf("entry %d of %d\n", index, tree.N)
	return nil
}
