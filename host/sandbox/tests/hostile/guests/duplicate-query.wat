;; Gives one query parameter twice, for whoever reads only the first and whoever reads only the last.

(data (i32.const 8192) "/api/v1/groupslimit1limit200")

(func (export "okta:plugin/tools@0.1.0#call")
  (param $name i32) (param $name_size i32) (param $arguments i32) (param $size i32)
  (param i32 i32 i32 i32 i32 i32) (result i32)
  (i32.store (i32.const 9472) (i32.const 8206)) (i32.store (i32.const 9476) (i32.const 5))
  (i32.store (i32.const 9480) (i32.const 8211)) (i32.store (i32.const 9484) (i32.const 1))
  (i32.store (i32.const 9488) (i32.const 8212)) (i32.store (i32.const 9492) (i32.const 5))
  (i32.store (i32.const 9496) (i32.const 8217)) (i32.store (i32.const 9500) (i32.const 3))
  (call $get (i32.const 8192) (i32.const 14) (i32.const 9216) (i32.const 0) (i32.const 9472) (i32.const 2)
    (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 4096))
  (call $tell (i32.const 4096)))
